import { Secret, UNKNOWN, type Value, type Values } from "../provider/values";
import type { Account } from "./account";
import type { Draft, Kind, Resource } from "./kind";

/** Inputs as they are compared: a write-only property (a password) counts through its version property alone. */
export function compared(kind: Kind, inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !(kind.writeOnly ?? []).includes(key)));
}

/** Outputs of what exists: its inputs, what AWS computes, and what running it brought. */
export function madeOutputs(kind: Kind, draft: Draft, extra: Values = {}): Values {
  const computed: Record<string, Value> = {};
  for (const [name, compute] of Object.entries(kind.computed)) {
    const value = compute(draft);
    if (value !== undefined) computed[name] = value;
  }
  return sealed(kind, {
    region: draft.account.region,
    ...computed,
    ...compared(kind, draft.inputs),
    ...allTags(kind, draft.inputs, draft.account),
    ...extra,
  });
}

/**
 * Outputs as far as a preview may know them: what the program gave and, for something that exists already, what an
 * update leaves alone. All else comes into being with the resource.
 */
export function foreseen(
  kind: Kind,
  inputs: Values,
  account: Account,
  existing: Resource | undefined,
): Values {
  const outputs: Record<string, Value> = {
    region: account.region,
    ...compared(kind, inputs),
    ...allTags(kind, inputs, account),
  };
  for (const name of Object.keys(kind.computed)) {
    if (name in outputs && !(kind.volatile ?? []).includes(name)) continue;
    const before = existing?.outputs[name];
    outputs[name] = before === undefined || (kind.volatile ?? []).includes(name) ? UNKNOWN : before;
  }
  for (const name of kind.assigned ?? []) outputs[name] = existing?.outputs[name] ?? UNKNOWN;
  // Answered by an action; an input that the program no longer gives is gone.
  for (const [name, before] of Object.entries(existing?.outputs ?? {}))
    if (!(name in outputs) && existing !== undefined && !(name in existing.inputs)) outputs[name] = before;
  return sealed(kind, outputs);
}

function allTags(kind: Kind, inputs: Values, account: Account): Values {
  if (!("tagsAll" in kind.computed)) return {};
  const own = inputs.tags;
  if (own !== undefined && (typeof own !== "object" || own === null || own instanceof Secret))
    return { tagsAll: UNKNOWN };
  return { tagsAll: { ...account.defaultTags, ...(own as Values | undefined) } };
}

function sealed(kind: Kind, outputs: Record<string, Value>): Values {
  for (const name of kind.secret ?? []) {
    const value = outputs[name];
    if (value !== undefined && value !== null && !(value instanceof Secret))
      outputs[name] = new Secret(value);
  }
  return outputs;
}

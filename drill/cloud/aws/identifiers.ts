import type { Value } from "../provider/values";
import type { Account } from "./account";
import type { Draft } from "./kind";
import { text } from "./resources";

/** An ARN in the draft's account and region. */
export function arnOf(
  account: Account,
  service: string,
  resource: string,
  scope: "regional" | "global" = "regional",
): string {
  return `arn:${account.partition}:${service}:${scope === "regional" ? account.region : ""}:${account.id}:${resource}`;
}

type Compute = (draft: Draft) => Value | undefined;

/** Computes an ARN whose `{property}` parts are inputs, `{id}` the id and `{seed:N}` N generated digits. */
export function arnPattern(
  service: string,
  resource: string,
  scope: "regional" | "global" = "regional",
): Compute {
  return (draft) => arnOf(draft.account, service, filled(resource, draft), scope);
}

/** The id of a resource whose id follows a pattern of the same form. */
export function pattern(template: string): (draft: Omit<Draft, "id">) => string {
  return (draft) => filled(template, { ...draft, id: "" });
}

export function arnId(
  service: string,
  resource: string,
  scope: "regional" | "global" = "regional",
): (draft: Omit<Draft, "id">) => string {
  return (draft) => arnOf(draft.account, service, filled(resource, { ...draft, id: "" }), scope);
}

export function filled(template: string, draft: Draft): string {
  return template.replace(/\{([\w:]+)\}/g, (_whole, name: string) => {
    if (name === "id") return draft.id;
    if (name === "account") return draft.account.id;
    if (name === "region") return draft.account.region;
    if (name === "uuid") return uuid(draft.seed);
    if (name.startsWith("seed:")) return draft.seed.slice(0, Number(name.slice("seed:".length)));
    return text(draft.inputs, name);
  });
}

/** A seed in the form of a UUID. */
export function uuid(seed: string): string {
  return `${seed.slice(0, 8)}-${seed.slice(8, 12)}-4${seed.slice(13, 16)}-8${seed.slice(17, 20)}-${seed.slice(20, 32)}`;
}

/** Capital letters and digits, as in the resource ids of RDS. */
export function capitals(seed: string, length: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...seed.slice(0, length)]
    .map((digit, index) => letters[(Number.parseInt(digit, 16) * 2 + index) % 32])
    .join("");
}

/** Marks a kind whose tags are merged with the provider's default tags; the value is computed in outputs.ts. */
export const tagsAll: Compute = () => ({});
/** A property that AWS answers with the same value for all. */
export const always =
  (value: Value): Compute =>
  () =>
    value;
/** A property that is what the program gave, or this. */
export const orElse =
  (property: string, value: Value): Compute =>
  ({ inputs }) =>
    inputs[property] ?? value;
export const fromInput =
  (template: string): Compute =>
  (draft) =>
    filled(template, draft);

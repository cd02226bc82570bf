import { noDiff, replaces } from "../host/provider";
import type { ResourceState } from "../resource/state";
import { isProviderType, parseReference } from "../resource/urn";
import { type PropertyMap, UNKNOWN, type Value } from "../values/value";
import type { Decisions } from "./decisions";
import { applyReplaceOnChanges, diffResource } from "./diff";

export interface DependentReplacement {
  state: ResourceState;
  keys: string[];
}

/**
 * The resources that must be replaced because `root` is: the provider is asked what a change of each property that
 * depends on a replaced resource would mean. In dependency order.
 */
export async function dependentReplacements(
  decisions: Decisions,
  root: ResourceState,
): Promise<DependentReplacement[]> {
  const { reads, creates, sames, updates, deletes, replaces: replaced } = decisions;
  // What is registered already cannot depend on a resource that is registered now.
  const impossible = new Set([reads, creates, sames, updates, deletes, replaced].flatMap((set) => [...set]));
  const urns = new Set([root.urn]);
  const found: DependentReplacement[] = [];
  for (const state of decisions.deployment.graph.dependingOn(root, impossible, false)) {
    const keys = await replaceKeysOf(decisions, state, urns);
    if (!keys) continue;
    found.push({ state, keys });
    urns.add(state.urn);
  }
  return found;
}

/** The keys that force a replacement; undefined when none is needed. */
async function replaceKeysOf(
  decisions: Decisions,
  state: ResourceState,
  replaced: ReadonlySet<string>,
): Promise<string[] | undefined> {
  const { deployment } = decisions;
  if (!state.custom || state.external) return undefined;
  if (state.provider && replaced.has(parseReference(state.provider).urn)) {
    await deployment.ensureProvider(state.provider);
    return [];
  }
  let affected = false;
  const inputs: PropertyMap = {};
  for (const [key, value] of Object.entries(state.inputs)) {
    const changes = (state.propertyDependencies[key] ?? []).some((urn) => replaced.has(urn));
    affected ||= changes;
    inputs[key] = changes ? (UNKNOWN as Value) : value;
  }
  if (!affected) return undefined;
  let provider: import("../host/provider").Provider | undefined = deployment.providers;
  if (isProviderType(state.type)) await deployment.providers.same(state, false);
  else {
    await deployment.ensureProvider(state.provider);
    provider = deployment.providers.get(state.provider);
  }
  const diff = provider
    ? await diffResource(deployment, provider, {
        urn: state.urn,
        id: state.id,
        oldInputs: state.inputs,
        oldOutputs: state.outputs,
        newInputs: inputs,
        allowUnknowns: true,
        ignoreChanges: state.ignoreChanges,
      })
    : noDiff("none");
  const final = applyReplaceOnChanges(diff, state.replaceOnChanges, false);
  return replaces(final) ? final.replaceKeys : undefined;
}

/** Resources that say they are replaced with this one. */
export function replacedWith(decisions: Decisions, urn: string): DependentReplacement[] {
  const { news, olds } = decisions.deployment;
  const found = new Map<string, ResourceState>();
  for (const [candidate, state] of [...news, ...olds])
    if (!found.has(candidate) && state.replaceWith.includes(urn)) found.set(candidate, state);
  return [...found.values()].map((state) => ({ state, keys: [] }));
}

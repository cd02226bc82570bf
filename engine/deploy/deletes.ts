import { Bail } from "../errors";
import type { ResourceState } from "../resource/state";
import type { Decisions } from "./decisions";
import { dependentReplacements, replacedWith } from "./dependents";
import { DependencyGraph } from "./graph";
import type { Step } from "./step";
import { DeleteStep, RemovePendingReplaceStep } from "./steps/delete";
import { SameStep } from "./steps/same";
import type { Targets } from "./targets";

/** Deletes for everything that is pending deletion or that nobody registered. */
export async function generateDeletes(
  decisions: Decisions,
  targets: Targets,
  excludes: Targets,
): Promise<{ sames: Step[]; deletes: Step[] }> {
  const { deployment } = decisions;
  const wanted = await selection(decisions, targets, excludes);
  const deletes: Step[] = [];
  const sames: Step[] = [];
  for (const previous of deployment.previous.resources) {
    if (!wanted(previous.urn)) {
      if (!decisions.operatedOn(previous.urn) && !previous.delete)
        sames.push(
          new SameStep(deployment, undefined, previous, { ...previous, id: "" }, { untargeted: true }),
        );
      continue;
    }
    const state = decisions.refreshed.get(previous) ?? previous;
    if (state.delete) {
      if (decisions.pendingDeletes.has(state)) continue;
      decisions.deletes.add(state.urn);
      deletes.push(new DeleteStep(deployment, decisions.deletes, state, { replacing: true }));
    } else if (!decisions.operatedOn(state.urn)) {
      decisions.deletes.add(state.urn);
      deletes.push(
        state.pendingReplacement
          ? new RemovePendingReplaceStep(state)
          : new DeleteStep(deployment, decisions.deletes, state),
      );
    }
    if (decisions.deletes.has(state.urn)) await deployment.ensureProvider(state.provider);
  }
  for (const state of decisions.toDelete) {
    if (!wanted(state.urn)) continue;
    decisions.deletes.add(state.urn);
    deletes.push(new DeleteStep(deployment, decisions.deletes, state));
  }
  refuseUnnamed(decisions, targets, deletes);
  return { sames, deletes };
}

function refuseUnnamed(decisions: Decisions, targets: Targets, deletes: Step[]): void {
  const { options, diagnostics } = decisions.deployment;
  if (options.targetDependents) return;
  const unnamed = deletes.filter((step) => !targets.contains(step.urn));
  for (const { urn } of unnamed)
    diagnostics.error(
      `Resource '${urn}' will be destroyed but was not specified in --target list.\n` +
        "Either include resource in --target list or pass --target-dependents to proceed.",
      urn,
    );
  if (unnamed.length === 0) return;
  decisions.sawError = true;
  if (!options.dryRun) throw new Bail("delete untargeted resource");
}

/** Which URNs may be deleted. */
async function selection(
  decisions: Decisions,
  targets: Targets,
  excludes: Targets,
): Promise<(urn: string) => boolean> {
  const { deployment } = decisions;
  const graph = schedulingGraph(decisions);
  if (targets.constrained) {
    const allowed = new Set<string>();
    for (const root of closure(deployment.previous.resources, targets, (state) =>
      graph.dependingOn(state, new Set(), true),
    ))
      for (const state of deployment.allOlds.get(root) ?? []) {
        allowed.add(root);
        for (const dependent of await dependentReplacements(decisions, state))
          allowed.add(dependent.state.urn);
        for (const dependent of replacedWith(decisions, root)) allowed.add(dependent.state.urn);
      }
    return (urn) => allowed.has(urn);
  }
  if (excludes.constrained) {
    const kept = closure(deployment.previous.resources, excludes, (state) => [
      ...graph.dependenciesOf(state),
      ...(deployment.options.excludeDependents ? graph.dependingOn(state, new Set(), true) : []),
    ]);
    return (urn) => !kept.has(urn);
  }
  return () => true;
}

function closure(
  resources: readonly ResourceState[],
  roots: Targets,
  next: (state: ResourceState) => Iterable<ResourceState>,
): Set<string> {
  const found = new Set<string>();
  const open = resources.filter((state) => roots.contains(state.urn));
  for (let state = open.shift(); state; state = open.shift()) {
    if (found.has(state.urn)) continue;
    found.add(state.urn);
    open.push(...next(state));
  }
  return found;
}

function schedulingGraph(decisions: Decisions): DependencyGraph {
  const graph = new DependencyGraph([...decisions.toDelete, ...decisions.deployment.previous.resources]);
  for (const [old, now] of decisions.refreshed) graph.alias(now, old);
  return graph;
}

/**
 * Groups deletes so that each group may run at once and everything goes before what it needs: a resource is deleted
 * only after all that depend on it.
 */
export function scheduleDeletes(decisions: Decisions, steps: Step[]): Step[][] {
  const graph = schedulingGraph(decisions);
  const byState = new Map(steps.map((step) => [step.res, step]));
  const condemned = new Map<ResourceState, Set<ResourceState>>();
  for (const step of steps)
    condemned.set(
      step.res,
      new Set([...graph.dependenciesOf(step.res)].filter((state) => byState.has(state))),
    );
  const neededBy = new Map<ResourceState, ResourceState[]>();
  for (const [state, needs] of condemned)
    for (const needed of needs) {
      const list = neededBy.get(needed);
      if (list) list.push(state);
      else neededBy.set(needed, [state]);
    }
  const groups: Step[][] = [];
  let free = [...condemned].filter(([, needs]) => needs.size === 0).map(([state]) => state);
  while (free.length > 0) {
    groups.push(free.map((state) => byState.get(state) as Step));
    const next: ResourceState[] = [];
    for (const state of free)
      for (const dependent of neededBy.get(state) ?? []) {
        const needs = condemned.get(dependent);
        needs?.delete(state);
        if (needs?.size === 0) next.push(dependent);
      }
    free = next;
  }
  return groups.reverse();
}

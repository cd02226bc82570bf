import { Bail } from "../errors";
import { dependenciesOf, type ResourceState } from "../resource/state";
import type { Decisions } from "./decisions";
import type { Deployment } from "./deployment";
import { reportMissing } from "./missing-targets";
import type { Step } from "./step";
import { StepExecutor } from "./step-executor";
import { RefreshStep } from "./steps/refresh";
import type { Targets } from "./targets";

/**
 * Refreshes the state an operation starts from.
 * @throws Bail when a resource could not be read; the others are refreshed all the same
 */
export async function refreshState(
  deployment: Deployment,
  onlyThoseThatAsk: boolean,
  started: (executor: StepExecutor) => void,
): Promise<void> {
  const { options, previous } = deployment;
  if (previous.resources.length === 0) return;
  const missing = reportMissing(deployment, options.targets) ?? reportMissing(deployment, options.excludes);
  if (missing) throw missing;
  const targets = options.targets.copy();
  const excludes = options.excludes.copy();
  const byState = new Map<ResourceState, RefreshStep>();
  for (const state of previous.resources) {
    if (onlyThoseThatAsk && !state.refreshBeforeUpdate) continue;
    if (!wants(state, targets, excludes, options.targetDependents, options.excludeDependents)) continue;
    await deployment.ensureProvider(state.provider);
    byState.set(state, new RefreshStep(deployment, state));
  }
  const executor = new StepExecutor(deployment, true);
  started(executor);
  await executor.submitAll([...byState.values()]);
  await executor.whenIdle();
  await rebuildBase(deployment, byState);
  if (executor.failure) {
    deployment.diagnostics.error(`${options.dryRun ? "preview" : "update"} failed`);
    throw new Bail();
  }
}

function wants(
  state: ResourceState,
  targets: Targets,
  excludes: Targets,
  targetDependents: boolean,
  excludeDependents: boolean,
): boolean {
  const needs = dependenciesOf(state);
  if (excludes.constrained) {
    if (excludes.contains(state.urn)) return false;
    if (excludeDependents && needs.some((urn) => excludes.contains(urn))) {
      excludes.add(state.urn);
      return false;
    }
    return true;
  }
  if (targets.contains(state.urn)) return true;
  if (!targetDependents || !needs.some((urn) => targets.contains(urn))) return false;
  targets.add(state.urn);
  return true;
}

/** Refreshes for what the program of a refresh did not register. */
export async function generateRefreshes(
  decisions: Decisions,
  targets: Targets,
  excludes: Targets,
): Promise<{ steps: Step[]; byState: Map<ResourceState, RefreshStep> }> {
  const { deployment } = decisions;
  const byState = new Map<ResourceState, RefreshStep>();
  for (const state of deployment.previous.resources) {
    if (decisions.operatedOn(state.urn)) continue;
    if (excludes.constrained ? excludes.contains(state.urn) : !targets.contains(state.urn)) continue;
    await deployment.ensureProvider(state.provider);
    decisions.refreshes.add(state.urn);
    byState.set(state, new RefreshStep(deployment, state));
  }
  return { steps: [...byState.values()], byState };
}

/** Puts what was found into the base state; what depended on something that is gone forgets it. */
export async function rebuildBase(
  deployment: Deployment,
  byState: Map<ResourceState, RefreshStep>,
): Promise<void> {
  const resources: ResourceState[] = [];
  const present = new Set<string>();
  const parents = new Map<string, string>();
  for (const previous of deployment.previous.resources) {
    const step = byState.get(previous);
    const state = step ? step.next : previous;
    if (!state) {
      parents.set(previous.urn, previous.parent);
      continue;
    }
    state.dependencies = state.dependencies.filter((urn) => present.has(urn));
    const left = Object.entries(state.propertyDependencies).map(
      ([key, urns]) => [key, urns.filter((urn) => present.has(urn))] as const,
    );
    state.propertyDependencies = Object.fromEntries(left.filter(([, urns]) => urns.length > 0));
    state.replaceWith = state.replaceWith.filter((urn) => present.has(urn));
    if (state.deletedWith && !present.has(state.deletedWith)) state.deletedWith = "";
    resources.push(state);
    present.add(state.urn);
  }
  for (const state of resources) {
    while (state.parent && !present.has(state.parent)) state.parent = parents.get(state.parent) ?? "";
  }
  deployment.rebuild(resources);
  deployment.snapshot.rebase(resources);
  if (!deployment.options.dryRun) await deployment.snapshot.save();
}

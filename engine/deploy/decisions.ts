import type { AutonamingOptions, CheckFailure, Diff, Provider } from "../host/provider";
import type { ResourceState } from "../resource/state";
import { nameOf, parseReference } from "../resource/urn";
import { shown } from "../values/value";
import type { Deployment } from "./deployment";
import type { Goal, Registration } from "./events";
import type { Step } from "./step";
import { CreateStep } from "./steps/create";
import { ReplaceStep } from "./steps/replace";
import type { Targets } from "./targets";

/** What is decided about one registration before the comparison with the old state. */
export interface Candidate {
  registration: Registration;
  goal: Goal;
  urn: string;
  old: ResourceState | undefined;
  new: ResourceState;
  provider: Provider | undefined;
  seed: Uint8Array;
  autonaming: AutonamingOptions | undefined;
  /** The provider's answer to Diff, when it was asked ahead. */
  diff: Promise<Diff> | undefined;
  /** The resource was deleted earlier in this update, because something it needs was replaced. */
  recreating: boolean;
}

/** What was decided in this operation so far, resource by resource. */
export class Decisions {
  /** Every URN seen so far, and what was decided about it. */
  readonly urns = new Set<string>();
  readonly reads = new Set<string>();
  readonly creates = new Set<string>();
  readonly sames = new Set<string>();
  readonly updates = new Set<string>();
  readonly replaces = new Set<string>();
  readonly deletes = new Set<string>();
  readonly refreshes = new Set<string>();
  readonly imports = new Set<string>();
  readonly skippedCreates = new Set<string>();
  /** Registered resources that a destroy deletes afterwards. */
  readonly toDelete: ResourceState[] = [];
  readonly pendingDeletes = new Set<ResourceState>();
  readonly dependentReplaceKeys = new Map<string, string[]>();
  readonly providers = new Map<string, ResourceState>();
  /** Refreshed states by the old state they follow. */
  readonly refreshed = new Map<ResourceState, ResourceState>();
  /** Old URNs that a resource of this operation has taken over, with its URN. */
  readonly claimed = new Map<string, string>();
  /** The old URN of a resource that was found through an alias. */
  readonly aliases = new Map<string, string>();
  /** Old resources that must come into the new state before the next steps, though nothing happens to them. */
  readonly keptFirst = new Map<string, Step>();
  readonly keptAlready = new Set<string>();
  readonly targetsActual: Targets;
  readonly excludesActual: Targets;
  /** Something was reported; a preview goes on to report more, then fails. */
  sawError = false;

  constructor(readonly deployment: Deployment) {
    this.targetsActual = deployment.options.targets.copy();
    this.excludesActual = deployment.options.excludes.copy();
  }

  /** True when `--target` and `--exclude` let the operation work on the resource. */
  included(state: ResourceState): boolean {
    const { options } = this.deployment;
    if (options.targets.constrained) return this.targeted(state);
    if (options.excludes.constrained) return !this.excluded(state);
    return true;
  }
  targeted(state: ResourceState): boolean {
    const { targets, targetDependents } = this.deployment.options;
    if (targets.constrained && targets.contains(state.urn)) return true;
    return targetDependents && this.touches(state, this.targetsActual);
  }
  excluded(state: ResourceState): boolean {
    const { excludes, excludeDependents } = this.deployment.options;
    if (!excludes.constrained) return false;
    return excludes.contains(state.urn) || (excludeDependents && this.touches(state, this.excludesActual));
  }
  private touches(state: ResourceState, urns: Targets): boolean {
    if (!urns.constrained) return false;
    const needs = [state.parent, state.deletedWith, ...state.dependencies, ...state.replaceWith];
    if (state.provider) needs.push(parseReference(state.provider).urn);
    for (const list of Object.values(state.propertyDependencies)) needs.push(...list);
    return needs.some((urn) => urn !== "" && urns.contains(urn));
  }
  targetedReplace(urn: string, old: ResourceState | undefined): boolean {
    const { replaceTargets } = this.deployment.options;
    return (replaceTargets.constrained && replaceTargets.contains(urn)) || old?.taint === true;
  }
  hasStep(urn: string): boolean {
    return [this.creates, this.sames, this.updates, this.deletes, this.replaces, this.reads].some((set) =>
      set.has(urn),
    );
  }
  operatedOn(urn: string): boolean {
    const now = this.claimed.get(urn) ?? urn;
    return [this.sames, this.updates, this.replaces, this.reads, this.refreshes].some((set) => set.has(now));
  }

  /** The resource is back after it was deleted for the sake of something it needs. */
  recreate({ registration, urn, new: state }: Candidate, old: ResourceState): Step[] {
    this.deletes.delete(urn);
    this.replaces.add(urn);
    const keys = this.dependentReplaceKeys.get(urn);
    return [
      new ReplaceStep(old, state),
      new CreateStep(this.deployment, registration, state, { old, keys, pendingDelete: false }),
    ];
  }

  /** @returns true when there were failures */
  reportFailures(state: ResourceState, failures: CheckFailure[], inputs = state.inputs): boolean {
    const name = nameOf(state.urn);
    for (const { property, reason } of failures)
      this.deployment.diagnostics.error(
        property
          ? `${state.type} resource '${name}': property ${property} value ${shown(inputs[property])} has a problem: ${reason}`
          : `${state.type} resource '${name}' has a problem: ${reason}`,
        state.urn,
      );
    return failures.length > 0;
  }
}

import { randomBytes } from "node:crypto";
import { Bail } from "../errors";
import type { AutonamingOptions, CheckFailure, Diff, Provider } from "../host/provider";
import { newState, type ResourceState } from "../resource/state";
import { isProviderType, makeUrn, nameOf, parseReference, parseUrn, ROOT_STACK_TYPE } from "../resource/urn";
import type { PropertyMap } from "../values/value";
import { AliasResolver } from "./aliases";
import { analyzeResource, remediateResource } from "./analysis";
import type { Deployment } from "./deployment";
import { applyIgnoreChanges } from "./diff";
import type { Goal, ReadRegistration, Registration } from "./events";
import { stepsFromDiff } from "./generator-diff";
import { skipUnwanted, untargetedSames, validateTargets } from "./generator-targets";
import type { Step } from "./step";
import { CreateStep } from "./steps/create";
import { ImportStep } from "./steps/import";
import { ReadStep } from "./steps/read";
import { RefreshStep } from "./steps/refresh";
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
  /** The resource was deleted earlier in this update, because something it needs was replaced. */
  recreating: boolean;
}

/**
 * Turns registrations into steps, one after the other, by comparing what the program wants with the old state.
 * Asynchronous parts (refresh, import) come back through `resume`.
 */
export class StepGenerator {
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
  readonly aliases: AliasResolver;
  readonly targetsActual: Targets;
  readonly excludesActual: Targets;
  /** Something was reported; a preview goes on to report more, then fails. */
  sawError = false;

  constructor(
    readonly deployment: Deployment,
    private readonly resume: (urn: string, run: () => Promise<Step[]>) => void,
  ) {
    this.aliases = new AliasResolver(this);
    this.targetsActual = deployment.options.targets.copy();
    this.excludesActual = deployment.options.excludes.copy();
  }

  /** The steps, and whether more follow through `resume`. */
  async register(registration: Registration): Promise<{ steps: Step[]; pending: boolean }> {
    const { goal } = registration;
    const { options } = this.deployment;
    const urn = this.claimUrn(goal.parent, goal.type, goal.name);
    const { old, invalid, alias } = this.aliases.find(urn, goal);
    this.deployment.goals.set(urn, goal);
    const state = this.stateOf(goal, urn, old, alias);
    if (isProviderType(goal.type)) {
      this.providers.set(urn, state);
      if (alias) this.providers.set(alias, state);
    }
    if (old && options.refresh && options.runProgram && this.included(old)) {
      const step = new RefreshStep(this.deployment, old, (found) => {
        if (found) {
          this.deployment.graph.alias(found, old);
          this.refreshed.set(old, found);
        }
        this.resume(urn, async () =>
          this.validate((await this.afterRefresh(registration, urn, found, state, invalid)).steps),
        );
      });
      this.refreshes.add(urn);
      return { steps: [step], pending: true };
    }
    const { steps, pending } = await this.afterRefresh(registration, urn, old, state, invalid);
    return { steps: pending ? steps : this.validate(steps), pending };
  }

  read(event: ReadRegistration): Step[] {
    if (event.parent && !this.urns.has(event.parent))
      throw new Error(`could not find parent resource ${event.parent}`);
    const urn = this.claimUrn(event.parent, event.type, event.name);
    const { old, alias } = this.aliases.find(urn, { ...event, aliases: [] });
    if (!event.id) throw new Error(`Expected an ID for ${urn}`);
    const state = newState({
      urn,
      type: event.type,
      custom: true,
      external: true,
      id: event.id,
      inputs: event.properties,
      parent: event.parent,
      dependencies: event.dependencies,
      provider: event.provider,
      additionalSecretOutputs: event.additionalSecretOutputs,
      aliases: alias ? [alias] : [],
      sourcePosition: event.sourcePosition,
    });
    if (old && !old.external && old.id !== event.id) {
      this.replaces.add(urn);
      return [new ReadStep(this.deployment, event, old, state, true), new ReplaceStep(old, state)];
    }
    if (this.deployment.options.mode === "destroy") this.toDelete.push(state);
    this.reads.add(urn);
    return [new ReadStep(this.deployment, event, old, state, false)];
  }

  private claimUrn(parent: string, type: string, name: string): string {
    const { options, diagnostics } = this.deployment;
    if (parent && !this.urns.has(parent)) throw new Error(`could not find parent resource ${parent}`);
    const urn = makeUrn(options.stack, options.project, parent, type, name);
    if (this.urns.has(urn)) {
      diagnostics.error(`Duplicate resource URN '${urn}'; try giving it a unique name`, urn);
      throw new Bail();
    }
    this.urns.add(urn);
    return urn;
  }

  stateOf(goal: Goal, urn: string, old: ResourceState | undefined, alias: string | undefined): ResourceState {
    return newState({
      urn,
      type: goal.type,
      custom: goal.custom,
      inputs: goal.inputs,
      parent: goal.parent,
      protect: goal.protect ?? false,
      dependencies: goal.dependencies,
      provider: goal.provider,
      propertyDependencies: goal.propertyDependencies,
      additionalSecretOutputs: goal.additionalSecretOutputs,
      aliases: alias ? [alias] : [],
      customTimeouts: goal.customTimeouts,
      importId: goal.id,
      retainOnDelete: goal.retainOnDelete ?? false,
      deletedWith: goal.deletedWith,
      replaceWith: goal.replaceWith,
      created: old?.created,
      modified: old?.modified,
      sourcePosition: goal.sourcePosition,
      stackTrace: goal.stackTrace,
      ignoreChanges: goal.ignoreChanges,
      replaceOnChanges: goal.replaceOnChanges,
      replacementTrigger: goal.replacementTrigger,
      refreshBeforeUpdate: old?.refreshBeforeUpdate ?? false,
      resourceHooks: goal.resourceHooks,
    });
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
    const now = this.aliases.claimed.get(urn) ?? urn;
    return [this.sames, this.updates, this.replaces, this.reads, this.refreshes].some((set) => set.has(now));
  }

  private async afterRefresh(
    registration: Registration,
    urn: string,
    old: ResourceState | undefined,
    state: ResourceState,
    invalid: boolean,
  ): Promise<{ steps: Step[]; pending: boolean }> {
    const { goal } = registration;
    const skipped = skipUnwanted(this, registration, urn, old, state);
    if (skipped) return { steps: skipped, pending: false };
    const provider = await this.loadProvider(urn, goal);
    const seed = randomBytes(32);
    const importable = goal.custom && goal.id !== "";
    const recreating = this.deletes.has(urn) && old !== undefined;
    const candidate: Candidate = {
      registration,
      goal,
      urn,
      old,
      new: state,
      provider,
      seed,
      autonaming: undefined,
      recreating,
    };
    if (importable && (!old || old.external || (old.importId || old.id) !== goal.id)) {
      this.imports.add(urn);
      const original = old && !recreating ? old : undefined;
      const step = new ImportStep(this.deployment, original, state, goal.ignoreChanges, (found) => {
        const fresh = {
          ...this.stateOf(goal, urn, undefined, undefined),
          created: found.created,
          modified: found.modified,
          aliases: found.aliases,
        };
        fresh.replacementTrigger = null;
        this.resume(urn, async () =>
          this.validate(await this.compare({ ...candidate, old: found, new: fresh }, invalid)),
        );
      });
      return { steps: original ? [step, new ReplaceStep(original, state)] : [step], pending: true };
    }
    return { steps: await this.compare(candidate, invalid), pending: false };
  }

  private async loadProvider(urn: string, goal: Goal): Promise<Provider | undefined> {
    if (!goal.custom) return undefined;
    const { providers, olds, diagnostics } = this.deployment;
    if (isProviderType(goal.type)) return providers;
    const { urn: providerUrn, id } = parseReference(goal.provider);
    if (id === "denydefaultprovider") {
      diagnostics.error(
        `Default provider for '${nameOf(providerUrn)}' disabled. '${urn}' must use an explicit provider.`,
        urn,
      );
      throw new Bail();
    }
    if (!providers.get(goal.provider) && olds.get(providerUrn)?.id === id)
      await this.deployment.ensureProvider(goal.provider);
    const provider = providers.get(goal.provider);
    if (!provider) {
      diagnostics.error(`unknown provider '${goal.provider}' for resource '${urn}'`, urn);
      throw new Bail();
    }
    return provider;
  }

  /** Check, policies, then the comparison with the old state. */
  private async compare(candidate: Candidate, alreadyInvalid: boolean): Promise<Step[]> {
    const { deployment } = this;
    const { goal, urn, old, new: state, provider, seed, recreating, registration } = candidate;
    let invalid = alreadyInvalid;
    let inputs = old
      ? applyIgnoreChanges(deployment, urn, goal.inputs, old.inputs, goal.ignoreChanges)
      : goal.inputs;
    if (goal.custom && deployment.options.autoname) {
      const named = deployment.options.autoname(urn, seed);
      candidate.autonaming = named?.options;
      if (named?.deleteBeforeReplace) goal.deleteBeforeReplace = true;
    }
    const implicit = isProviderType(goal.type) || parseUrn(urn).qualifiedType === ROOT_STACK_TYPE;
    const included = implicit || this.included(state);
    const wasExternal = old?.external === true;
    if (provider) {
      const fromScratch = recreating || wasExternal || this.targetedReplace(urn, old) || !old;
      const checked = included
        ? await provider.check({
            urn,
            olds: fromScratch ? {} : (old?.inputs ?? {}),
            news: fromScratch ? goal.inputs : inputs,
            allowUnknowns: deployment.options.dryRun,
            randomSeed: seed,
            autonaming: candidate.autonaming,
          })
        : { inputs: old?.inputs ?? {}, failures: [] };
      inputs = checked.inputs;
      if (this.reportFailures(state, checked.failures)) invalid = true;
    }
    state.inputs = inputs;
    inputs = await remediateResource(this, state, goal);
    state.inputs = inputs;
    if (await analyzeResource(this, state, goal)) invalid = true;
    if (invalid) throw new Bail(`resource ${urn} is invalid`);

    if (recreating && old) return this.recreate(candidate, old);
    if (wasExternal && old) {
      this.creates.add(urn);
      return [
        new CreateStep(deployment, registration, state, { old, pendingDelete: true }),
        new ReplaceStep(old, state),
      ];
    }
    if (deployment.options.excludes.constrained && !included && this.excluded(state))
      this.excludesActual.add(urn);
    else if (included && deployment.options.targets.constrained && this.targeted(state))
      this.targetsActual.add(urn);
    if (!included) return untargetedSames(this, registration, urn, old, state);
    if (old) return stepsFromDiff(this, candidate, old);
    this.creates.add(urn);
    return [new CreateStep(deployment, registration, state)];
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
  reportFailures(state: ResourceState, failures: CheckFailure[]): boolean {
    const name = nameOf(state.urn);
    for (const { property, reason } of failures)
      this.deployment.diagnostics.error(
        property
          ? `${state.type} resource '${name}': property ${property} value {${shown(state.inputs, property)}} has a problem: ${reason}`
          : `${state.type} resource '${name}' has a problem: ${reason}`,
        state.urn,
      );
    return failures.length > 0;
  }

  validate(steps: Step[]): Step[] {
    return validateTargets(this, steps);
  }
}

function shown(inputs: PropertyMap, property: string): string {
  const value = inputs[property];
  return value === undefined ? "<nil>" : JSON.stringify(value);
}

export type { Diff };

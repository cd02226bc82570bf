import { Bail } from "../errors";
import type { Provider } from "../host/provider";
import { newState, type ResourceState } from "../resource/state";
import { isProviderType, makeUrn, nameOf, parseReference, parseUrn, ROOT_STACK_TYPE } from "../resource/urn";
import { findOld } from "./aliases";
import { type Candidate, Decisions } from "./decisions";
import type { Deployment } from "./deployment";
import { desiredState } from "./desired-state";
import { applyIgnoreChanges } from "./diff";
import type { Goal, ReadRegistration, Registration } from "./events";
import { examine } from "./examination";
import { stepsFromDiff } from "./generator-diff";
import {
  keepFirst,
  keepWhatItNeeds,
  skipUnwanted,
  untargetedSames,
  validateTargets,
} from "./generator-targets";
import { LookAhead } from "./look-ahead";
import type { Step } from "./step";
import { CreateStep } from "./steps/create";
import { ImportStep } from "./steps/import";
import { ReadStep } from "./steps/read";
import { RefreshStep } from "./steps/refresh";
import { ReplaceStep } from "./steps/replace";

/**
 * Turns registrations into steps, one after the other, by comparing what the program wants with the old state.
 * Asynchronous parts (refresh, import) come back through `resume`.
 */
export class StepGenerator extends Decisions {
  readonly lookAhead = new LookAhead(this);

  constructor(
    deployment: Deployment,
    private readonly resume: (urn: string, run: () => Promise<Step[]>) => void,
  ) {
    super(deployment);
  }

  /** The steps, and whether more follow through `resume`. */
  async register(registration: Registration): Promise<{ steps: Step[]; pending: boolean }> {
    const { goal } = registration;
    const { options } = this.deployment;
    const urn = this.claimUrn(goal.parent, goal.type, goal.name);
    const { old, invalid, alias } = findOld(this, urn, goal);
    this.deployment.goals.set(urn, goal);
    const state = desiredState(goal, urn, old, alias);
    if (isProviderType(goal.type)) {
      this.providers.set(urn, state);
      if (alias) this.providers.set(alias, state);
    }
    if (old && options.refresh && options.runProgram && this.included(old)) {
      const step = new RefreshStep(
        this.deployment,
        old,
        (found) => {
          if (found) {
            this.deployment.graph.alias(found, old);
            this.refreshed.set(old, found);
          }
          this.resume(urn, async () =>
            this.validate((await this.afterRefresh(registration, urn, found, state, invalid)).steps),
          );
        },
        () => this.resume(urn, () => Promise.reject(new Bail())),
      );
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
    const { old, alias } = findOld(this, urn, { ...event, aliases: [] });
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
    const importable = goal.custom && goal.id !== "";
    const recreating = this.deletes.has(urn) && old !== undefined;
    const candidate: Candidate = {
      registration,
      goal,
      urn,
      old,
      new: state,
      provider,
      seed: new Uint8Array(),
      autonaming: undefined,
      diff: undefined,
      recreating,
    };
    if (importable && (!old || old.external || (old.importId || old.id) !== goal.id)) {
      this.imports.add(urn);
      const original = old && !recreating ? old : undefined;
      const imported = (found: ResourceState | undefined): void => {
        if (!found) {
          this.resume(urn, async () => []);
          return;
        }
        const fresh = {
          ...desiredState(goal, urn, undefined, undefined),
          created: found.created,
          modified: found.modified,
          aliases: found.aliases,
        };
        fresh.replacementTrigger = null;
        fresh.refreshBeforeUpdate = found.refreshBeforeUpdate;
        this.resume(urn, async () =>
          this.validate(await this.compare({ ...candidate, old: found, new: fresh }, invalid)),
        );
      };
      const step = new ImportStep(
        this.deployment,
        registration,
        original,
        state,
        goal.ignoreChanges,
        imported,
      );
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
    const known = olds.get(providerUrn);
    if (!providers.get(goal.provider) && known?.id === id) {
      await this.deployment.ensureProvider(goal.provider);
      keepFirst(this, known);
    }
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
    const { goal, urn, old, new: state, provider, recreating, registration } = candidate;
    const implicit = isProviderType(goal.type) || parseUrn(urn).qualifiedType === ROOT_STACK_TYPE;
    const included = implicit || this.included(state);
    const wasExternal = old?.external === true;
    const foreseen = await this.lookAhead.take(candidate);
    if (foreseen) {
      state.inputs = foreseen.state.inputs;
      candidate.diff = foreseen.diff;
    }
    const fromScratch = recreating || wasExternal || this.targetedReplace(urn, old) || !old;
    const inputs = old
      ? applyIgnoreChanges(deployment, urn, goal.inputs, old.inputs, goal.ignoreChanges)
      : goal.inputs;
    const { seed, autonaming, failures, judgement } =
      foreseen?.examination ??
      (await examine(this, {
        goal,
        urn,
        old: included && fromScratch ? undefined : old,
        state,
        provider,
        inputs: provider && fromScratch ? goal.inputs : inputs,
        included,
      }));
    if (included && deployment.options.targets.constrained) keepWhatItNeeds(this, state);
    candidate.seed = seed;
    candidate.autonaming = autonaming;
    const failed = this.reportFailures(state, failures, goal.inputs);
    judgement.announce();
    if (judgement.refused) this.sawError = true;
    if (alreadyInvalid || failed || (judgement.refused && !deployment.options.dryRun))
      throw new Bail(`resource ${urn} is invalid`);

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

  validate(steps: Step[]): Step[] {
    return validateTargets(this, steps);
  }
}

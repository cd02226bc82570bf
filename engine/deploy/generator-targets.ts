import { Bail } from "../errors";
import { dependenciesOf, providerUrnOf, type ResourceState } from "../resource/state";
import { isProviderType, parseReference } from "../resource/urn";
import type { Decisions } from "./decisions";
import type { Registration } from "./events";
import type { Step } from "./step";
import { SameStep } from "./steps/same";

/** Refresh and destroy with a program create nothing: the steps for such a registration, or undefined to go on. */
export function skipUnwanted(
  decisions: Decisions,
  registration: Registration,
  urn: string,
  old: ResourceState | undefined,
  state: ResourceState,
): Step[] | undefined {
  const { deployment } = decisions;
  const { mode } = deployment.options;
  if (mode === "update") return undefined;
  const needs = [...dependenciesOf(state), providerUrnOf(state)];
  const lacks = needs.some((needed) => decisions.skippedCreates.has(needed));
  const managed = registration.goal.custom && !isProviderType(registration.goal.type);
  const skip = (): Step[] => {
    decisions.skippedCreates.add(urn);
    return [new SameStep(deployment, registration, undefined, state, { skippedCreate: true })];
  };
  if (mode === "refresh") {
    if (!managed && !lacks) return undefined;
    if (!old) {
      decisions.sames.add(urn);
      return skip();
    }
    registration.done({ state: old, result: "success" });
    return [];
  }
  if (lacks) {
    if (old) state.outputs = old.outputs;
    return skip();
  }
  if (managed) {
    if (!old) return skip();
    decisions.sames.add(urn);
    decisions.toDelete.push(state);
    state.inputs = old.inputs;
    return [new SameStep(deployment, registration, old, state)];
  }
  decisions.toDelete.push(state);
  return undefined;
}

/** A resource that `--target` leaves alone stays as it is, with everything it needs that the program no longer has. */
export function untargetedSames(
  decisions: Decisions,
  registration: Registration,
  urn: string,
  old: ResourceState | undefined,
  state: ResourceState,
): Step[] {
  const { deployment } = decisions;
  if (!old) {
    decisions.sames.add(urn);
    decisions.skippedCreates.add(urn);
    return [new SameStep(deployment, registration, undefined, state, { skippedCreate: true })];
  }
  if (old.provider && !deployment.providers.get(old.provider)) {
    const { urn: providerUrn, id } = parseReference(old.provider);
    if (deployment.olds.get(providerUrn)?.id !== id)
      throw new Error(`could not find provider ${old.provider} in old state`);
    throw new Error(
      `provider ${old.provider} for resource ${urn} has not been registered yet, this is due to a change of providers ` +
        "mixed with --target. Change your program back to the original providers",
    );
  }
  const steps: Step[] = [];
  const keep = (kept: ResourceState, event: Registration | undefined): void => {
    if (kept.delete) return;
    decisions.urns.add(kept.urn);
    decisions.sames.add(kept.urn);
    for (const needed of [providerUrnOf(kept), ...dependenciesOf(kept)]) {
      if (!needed || decisions.hasStep(needed) || decisions.operatedOn(needed)) continue;
      const found = deployment.olds.get(needed);
      if (found) keep(found, undefined);
    }
    steps.push(new SameStep(deployment, event, kept, { ...kept, id: "" }, { untargeted: true }));
  };
  decisions.sames.add(urn);
  keep(old, registration);
  return steps;
}

/** The old resource goes into the new state before the steps that are decided next. */
export function keepFirst(decisions: Decisions, old: ResourceState): void {
  if (decisions.keptFirst.has(old.urn)) return;
  const step = new SameStep(decisions.deployment, undefined, old, { ...old, id: "" }, { untargeted: true });
  decisions.keptFirst.set(old.urn, step);
}

/** A targeted resource may need what neither program nor `--target` names: that stays, with all it needs itself. */
export function keepWhatItNeeds(decisions: Decisions, state: ResourceState): void {
  const { olds } = decisions.deployment;
  const keep = (urn: string): void => {
    const old = olds.get(urn);
    if (!old || old.delete || decisions.hasStep(urn) || decisions.keptFirst.has(urn)) return;
    const provider = old.provider ? parseReference(old.provider) : undefined;
    if (provider && olds.get(provider.urn)?.id === provider.id) keep(provider.urn);
    for (const needed of dependenciesOf(old)) keep(needed);
    keepFirst(decisions, old);
  };
  for (const needed of dependenciesOf(state)) keep(needed);
}

function takeKept(decisions: Decisions): Step[] {
  const steps: Step[] = [];
  for (const [urn, step] of decisions.keptFirst) {
    if (decisions.keptAlready.has(urn)) continue;
    decisions.keptAlready.add(urn);
    if (decisions.hasStep(urn) || decisions.operatedOn(urn)) continue;
    decisions.urns.add(urn);
    decisions.sames.add(urn);
    steps.push(step);
  }
  return steps;
}

/**
 * Puts first what has to be kept, and refuses steps that need a resource `--target` left out.
 * @throws Bail in an update; a preview reports all such steps and fails at the end
 */
export function validateTargets(decisions: Decisions, decided: Step[]): Step[] {
  const steps = [...takeKept(decisions), ...decided];
  const { targets, replaceTargets } = decisions.deployment.options;
  if (decisions.skippedCreates.size === 0) return steps;
  if (!targets.constrained && !replaceTargets.constrained) return steps;
  for (const step of steps) {
    if (step.skippedCreate || !step.next) continue;
    for (const needed of [...dependenciesOf(step.next), providerUrnOf(step.next)]) {
      if (!decisions.skippedCreates.has(needed)) continue;
      decisions.deployment.diagnostics.error(
        `Resource '${step.urn}' depends on '${needed}' which was was not specified in --target list.`,
        step.urn,
      );
      decisions.sawError = true;
      if (!decisions.deployment.options.dryRun) throw new Bail("untargeted create");
      decisions.skippedCreates.delete(needed);
    }
  }
  return steps;
}

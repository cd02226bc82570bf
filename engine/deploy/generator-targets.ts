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

/**
 * Refuses steps that need a resource `--target` left out.
 * @throws Bail in an update; a preview reports all such steps and fails at the end
 */
export function validateTargets(decisions: Decisions, steps: Step[]): Step[] {
  if (decisions.skippedCreates.size === 0 || decisions.deployment.options.mode !== "update") return steps;
  for (const step of steps) {
    if (step.skippedCreate || !step.next) continue;
    for (const needed of [...dependenciesOf(step.next), providerUrnOf(step.next)]) {
      if (!decisions.skippedCreates.has(needed)) continue;
      decisions.deployment.diagnostics.error(
        `Resource '${step.urn}' depends on '${needed}' which was was not specified in --target list.\n` +
          `Either include resource in --target list or pass --target-dependents to proceed.`,
        step.urn,
      );
      decisions.sawError = true;
      if (!decisions.deployment.options.dryRun) throw new Bail("untargeted create");
      decisions.skippedCreates.delete(needed);
    }
  }
  return steps;
}

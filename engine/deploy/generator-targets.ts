import { Bail } from "../errors";
import { dependenciesOf, providerUrnOf, type ResourceState } from "../resource/state";
import { isProviderType, parseReference } from "../resource/urn";
import type { Registration } from "./events";
import type { StepGenerator } from "./generator";
import type { Step } from "./step";
import { SameStep } from "./steps/same";

/** Refresh and destroy with a program create nothing: the steps for such a registration, or undefined to go on. */
export function skipUnwanted(
  generator: StepGenerator,
  registration: Registration,
  urn: string,
  old: ResourceState | undefined,
  state: ResourceState,
): Step[] | undefined {
  const { deployment } = generator;
  const { mode } = deployment.options;
  if (mode === "update") return undefined;
  const needs = [...dependenciesOf(state), providerUrnOf(state)];
  const lacks = needs.some((needed) => generator.skippedCreates.has(needed));
  const managed = registration.goal.custom && !isProviderType(registration.goal.type);
  const skip = (): Step[] => {
    generator.skippedCreates.add(urn);
    return [new SameStep(deployment, registration, undefined, state, { skippedCreate: true })];
  };
  if (mode === "refresh") {
    if (!managed && !lacks) return undefined;
    if (!old) {
      generator.sames.add(urn);
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
    generator.sames.add(urn);
    generator.toDelete.push(state);
    state.inputs = old.inputs;
    return [new SameStep(deployment, registration, old, state)];
  }
  generator.toDelete.push(state);
  return undefined;
}

/** A resource that `--target` leaves alone stays as it is, with everything it needs that the program no longer has. */
export function untargetedSames(
  generator: StepGenerator,
  registration: Registration,
  urn: string,
  old: ResourceState | undefined,
  state: ResourceState,
): Step[] {
  const { deployment } = generator;
  if (!old) {
    generator.sames.add(urn);
    generator.skippedCreates.add(urn);
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
    generator.urns.add(kept.urn);
    generator.sames.add(kept.urn);
    for (const needed of [providerUrnOf(kept), ...dependenciesOf(kept)]) {
      if (!needed || generator.hasStep(needed) || generator.operatedOn(needed)) continue;
      const found = deployment.olds.get(needed);
      if (found) keep(found, undefined);
    }
    steps.push(new SameStep(deployment, event, kept, { ...kept, id: "" }, { untargeted: true }));
  };
  generator.sames.add(urn);
  keep(old, registration);
  return steps;
}

/**
 * Refuses steps that need a resource `--target` left out.
 * @throws Bail in an update; a preview reports all such steps and fails at the end
 */
export function validateTargets(generator: StepGenerator, steps: Step[]): Step[] {
  if (generator.skippedCreates.size === 0 || generator.deployment.options.mode !== "update") return steps;
  for (const step of steps) {
    if (step.skippedCreate || !step.next) continue;
    for (const needed of [...dependenciesOf(step.next), providerUrnOf(step.next)]) {
      if (!generator.skippedCreates.has(needed)) continue;
      generator.deployment.diagnostics.error(
        `Resource '${step.urn}' depends on '${needed}' which was was not specified in --target list.\n` +
          `Either include resource in --target list or pass --target-dependents to proceed.`,
        step.urn,
      );
      generator.sawError = true;
      if (!generator.deployment.options.dryRun) throw new Bail("untargeted create");
      generator.skippedCreates.delete(needed);
    }
  }
  return steps;
}

import { randomBytes } from "node:crypto";
import type { AutonamingOptions, CheckFailure, CheckResult, Diff, Provider } from "../host/provider";
import type { ResourceState } from "../resource/state";
import type { PropertyMap } from "../values/value";
import { type Judgement, judgeResource } from "./analysis";
import type { Decisions } from "./decisions";
import { diffResource } from "./diff";
import type { Goal } from "./events";

/** What is asked about a registration before anything is decided about it. */
export interface Subject {
  goal: Goal;
  urn: string;
  /** Undefined as well when the resource must be made as if it had never been there. */
  old: ResourceState | undefined;
  /** The state it is to have; its inputs are set here. */
  state: ResourceState;
  provider: Provider | undefined;
  inputs: PropertyMap;
  /** False when `--target` leaves the resource alone: then the provider is not asked. */
  included: boolean;
}

/** What provider and packs said about a registration. */
export interface Examination {
  seed: Uint8Array;
  autonaming: AutonamingOptions | undefined;
  failures: CheckFailure[];
  judgement: Judgement;
}

/** Asks the provider to check the inputs, then the packs to judge them. */
export async function examine(decisions: Decisions, subject: Subject): Promise<Examination> {
  const { options } = decisions.deployment;
  const { goal, urn, old, state, provider, included } = subject;
  const seed = randomBytes(32);
  const named = goal.custom ? options.autoname?.(urn) : undefined;
  if (named?.deleteBeforeReplace) goal.deleteBeforeReplace = true;
  let failures: CheckFailure[] = [];
  state.inputs = subject.inputs;
  if (provider && !included) state.inputs = old?.inputs ?? {};
  else if (provider) {
    const checked = await provider.check({
      urn,
      olds: old?.inputs ?? {},
      news: subject.inputs,
      allowUnknowns: options.dryRun,
      randomSeed: seed,
      autonaming: named?.options,
    });
    ({ failures } = checked);
    warnAboutNaming(decisions, urn, checked);
    state.inputs = checked.inputs;
  }
  const judgement = await judgeResource(decisions, state, goal);
  state.inputs = judgement.inputs;
  return { seed, autonaming: named?.options, failures, judgement };
}

export function warnAboutNaming(decisions: Decisions, urn: string, checked: CheckResult): void {
  if (checked.namingUnsupported)
    decisions.deployment.diagnostics.warning(
      `${urn} resource has a custom autonaming setting but the provider does not support autonaming configuration, ` +
        "consider upgrading to a newer version",
      urn,
    );
}

/** Asks the provider what the difference between the old and the new inputs means. */
export function compareWithOld(
  decisions: Decisions,
  provider: Provider,
  old: ResourceState,
  state: ResourceState,
  goal: Goal,
): Promise<Diff> {
  const { deployment } = decisions;
  return diffResource(deployment, provider, {
    urn: state.urn,
    id: old.id,
    oldInputs: old.inputs,
    oldOutputs: old.outputs,
    newInputs: state.inputs,
    allowUnknowns: deployment.options.dryRun,
    ignoreChanges: goal.ignoreChanges,
  });
}

import { Bail, messageOf } from "../errors";
import { type Diff, DiffUnavailable, noDiff, replaces } from "../host/provider";
import { visibleConfig } from "../host/registry";
import type { ResourceState } from "../resource/state";
import { parseReference } from "../resource/urn";
import { containsUnknowns, deepEquals, shown, type Value, withoutSecrets } from "../values/value";
import type { Candidate, Decisions } from "./decisions";
import { dependentReplacements, replacedWith } from "./dependents";
import { applyReplaceOnChanges } from "./diff";
import { compareWithOld, warnAboutNaming } from "./examination";
import type { Step } from "./step";
import { CreateStep } from "./steps/create";
import { DeleteStep } from "./steps/delete";
import { ReplaceStep } from "./steps/replace";
import { SameStep } from "./steps/same";
import { UpdateStep } from "./steps/update";

/** Same, update or replacement: what the difference between old and new asks for. */
export async function stepsFromDiff(
  decisions: Decisions,
  candidate: Candidate,
  old: ResourceState,
): Promise<Step[]> {
  const { deployment } = decisions;
  const { registration, urn, new: state, goal } = candidate;
  if (!deployment.options.dryRun && containsUnknowns(state.replacementTrigger)) {
    deployment.diagnostics.error(`replacement trigger contains unknowns for ${urn}`, urn);
    decisions.sawError = true;
    throw new Bail();
  }
  const triggered = triggerFires(state.replacementTrigger, old.replacementTrigger);
  let diff: Diff;
  if (triggered) diff = noDiff("some");
  else
    try {
      diff = await diffOf(decisions, candidate, old);
    } catch (error) {
      if (!(error instanceof DiffUnavailable)) throw error;
      diff = noDiff("some");
      deployment.diagnostics.warning(messageOf(error), urn);
    }
  // Meanwhile another replacement may have deleted the resource.
  if (decisions.deletes.has(urn)) return decisions.recreate(candidate, old);
  const hasInitErrors = old.initErrors.length > 0;
  diff = applyReplaceOnChanges(diff, goal.replaceOnChanges, hasInitErrors);
  if (diff.changes === "some" || old.pendingReplacement) {
    if (replaces(diff) || triggered || old.pendingReplacement)
      return replacement(decisions, candidate, old, diff);
    decisions.updates.add(urn);
    return [new UpdateStep(deployment, registration, old, state, diff, goal.ignoreChanges)];
  }
  if (hasInitErrors) {
    // Nothing changed, but the last operation did not end well: try again.
    decisions.updates.add(urn);
    return [new UpdateStep(deployment, registration, old, state, diff, goal.ignoreChanges)];
  }
  if (decisions.imports.has(urn)) {
    registration.done({ state: old, result: "success" });
    return [];
  }
  decisions.sames.add(urn);
  return [new SameStep(deployment, registration, old, state)];
}

/** A trigger replaces when it has another value than last time; no value on either side is no trigger. */
function triggerFires(now: Value, old: Value): boolean {
  const [a, b] = [withoutSecrets(now), withoutSecrets(old)];
  if (containsUnknowns(a) || containsUnknowns(b)) return true;
  return a !== null && b !== null && !deepEquals(a, b);
}

async function diffOf(decisions: Decisions, candidate: Candidate, old: ResourceState): Promise<Diff> {
  const { urn, new: state, provider, goal } = candidate;
  if (decisions.targetedReplace(urn, old)) return noDiff("some", ["id"]);
  if (state.replaceWith.some((other) => decisions.replaces.has(other)))
    return noDiff("some", ["replaceWith"]);
  if (await providerChanged(decisions, old, state)) return noDiff("some", ["provider"]);
  if (!provider) return noDiff(deepEquals(old.inputs, state.inputs) ? "none" : "some");
  return candidate.diff ?? compareWithOld(decisions, provider, old, state, goal);
}

/** Another provider, or the same with another id, replaces its resources only when its own configuration asks for it. */
async function providerChanged(
  decisions: Decisions,
  old: ResourceState,
  now: ResourceState,
): Promise<boolean> {
  if (old.provider === now.provider) return false;
  if (!old.provider || !now.provider) return true;
  const [oldReference, newReference] = [parseReference(old.provider), parseReference(now.provider)];
  if (decisions.claimed.get(oldReference.urn) === newReference.urn) return false;
  const { providers, olds } = decisions.deployment;
  const plugin = providers.plugin(now.provider);
  if (!plugin) throw new Error(`failed to resolve provider reference: "${now.provider}"`);
  const before = olds.get(oldReference.urn);
  const after = decisions.providers.get(newReference.urn);
  if (!before || !after) return true;
  const diff = await plugin.diffConfig({
    urn: newReference.urn,
    oldInputs: visibleConfig(before.inputs),
    oldOutputs: before.outputs,
    newInputs: visibleConfig(after.inputs),
    allowUnknowns: true,
    ignoreChanges: [],
  });
  return replaces(diff);
}

async function replacement(
  decisions: Decisions,
  candidate: Candidate,
  old: ResourceState,
  diff: Diff,
): Promise<Step[]> {
  const { deployment } = decisions;
  const { registration, urn, new: state, goal, provider } = candidate;
  const { dryRun } = deployment.options;
  if (state.protect && old.protect && !deployment.options.ignoreProtect) {
    deployment.diagnostics.error(
      `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, ` +
        "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
      urn,
    );
    decisions.sawError = true;
    if (!dryRun) throw new Bail();
  }
  if (goal.id) {
    const message =
      "previously-imported resources that still specify an ID may not be replaced; " +
      "please remove the `import` declaration from your program;\n" +
      diff.replaceKeys
        .map((key) => `${key}: ${shown(old.inputs[key])} => ${shown(state.inputs[key])}`)
        .join("\n");
    if (!dryRun) throw new Error(message);
    deployment.diagnostics.warning(message, urn);
  }
  decisions.replaces.add(urn);
  // Defaults that Check took over from the old resource must not follow to the new one.
  if (provider && !decisions.targetedReplace(urn, old)) {
    const checked = await provider.check({
      urn,
      olds: {},
      news: goal.inputs,
      allowUnknowns: dryRun,
      randomSeed: candidate.seed,
      autonaming: candidate.autonaming,
    });
    warnAboutNaming(decisions, urn, checked);
    if (decisions.reportFailures(state, checked.failures)) throw new Bail();
    state.inputs = checked.inputs;
  }
  const reasons = { old, keys: diff.replaceKeys, diffs: diff.changedKeys, detailedDiff: diff.detailedDiff };
  const replace = new ReplaceStep(old, state, diff.replaceKeys, diff.changedKeys, diff.detailedDiff);
  if (!(goal.deleteBeforeReplace ?? diff.deleteBeforeReplace))
    return [new CreateStep(deployment, registration, state, { ...reasons, pendingDelete: true }), replace];

  const steps: Step[] = [];
  const dependents = deployment.graph.contains(old) ? await dependentReplacements(decisions, old) : [];
  for (const { state: dependent, keys } of [...dependents, ...replacedWith(decisions, urn)].reverse()) {
    if (decisions.pendingDeletes.has(dependent)) continue;
    decisions.dependentReplaceKeys.set(dependent.urn, keys);
    if (dependent.delete) steps.push(new DeleteStep(deployment, decisions.deletes, dependent));
    else {
      if (dependent.protect && !deployment.options.ignoreProtect) {
        deployment.diagnostics.error(
          `unable to replace resource "${dependent.urn}" as part of replacing "${urn}" as it is currently marked for ` +
            "protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi program " +
            `and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect '${dependent.urn}'\``,
          urn,
        );
        decisions.sawError = true;
        throw new Bail();
      }
      steps.push(
        new DeleteStep(deployment, decisions.deletes, dependent, {
          replacing: true,
          pendingReplacement: true,
        }),
      );
    }
    decisions.deletes.add(dependent.urn);
    decisions.pendingDeletes.add(dependent);
  }
  await deployment.ensureProvider(old.provider);
  if (!old.pendingReplacement) {
    decisions.deletes.add(old.urn);
    steps.push(
      new DeleteStep(deployment, decisions.deletes, old, { replacing: true, pendingReplacement: true }),
    );
  }
  return [
    ...steps,
    replace,
    new CreateStep(deployment, registration, state, { ...reasons, pendingDelete: false }),
  ];
}

import type { ResourceState } from "../resource/state";
import { nameOf, parseReference, rootStackUrn } from "../resource/urn";
import type { PropertyMap } from "../values/value";
import type { Decisions } from "./decisions";
import type { AnalyzedResource } from "./deployment";
import type { Goal } from "./events";

function providerOf(decisions: Decisions, state: ResourceState): ResourceState | undefined {
  if (!state.provider) return undefined;
  const { urn, id } = parseReference(state.provider);
  const known = decisions.providers.get(urn);
  if (known) return known;
  const old = decisions.deployment.olds.get(urn);
  return old?.id === id ? old : undefined;
}

function analyzed(
  decisions: Decisions,
  state: ResourceState,
  goal: Goal | undefined,
  properties: PropertyMap,
): AnalyzedResource {
  return {
    urn: state.urn,
    type: state.type,
    name: nameOf(state.urn),
    properties,
    state,
    deleteBeforeReplace: goal?.deleteBeforeReplace,
    provider: providerOf(decisions, state),
  };
}

/** Lets every pack correct the inputs, one after the other. */
export async function remediateResource(
  decisions: Decisions,
  state: ResourceState,
  goal: Goal,
): Promise<PropertyMap> {
  const { analyzers, observer } = decisions.deployment;
  let inputs = state.inputs;
  for (const analyzer of analyzers)
    for (const result of await analyzer.remediate(analyzed(decisions, state, goal, inputs))) {
      if (result.diagnostic) {
        observer.policyViolation(state.urn, {
          ...result,
          message: result.diagnostic,
          enforcementLevel: "advisory",
          severity: "",
          urn: state.urn,
        });
        continue;
      }
      observer.policyRemediation(state.urn, result, inputs, result.properties);
      inputs = result.properties;
    }
  return inputs;
}

/** Asks every pack about the inputs. @returns true when the resource may not be worked on */
export async function analyzeResource(
  decisions: Decisions,
  state: ResourceState,
  goal: Goal,
): Promise<boolean> {
  const { analyzers, observer, options } = decisions.deployment;
  if (analyzers.length === 0) return false;
  const resource = analyzed(decisions, state, goal, state.inputs);
  const answers = await Promise.all(analyzers.map((analyzer) => analyzer.analyze(resource)));
  let refused = false;
  for (const violation of answers.flat()) {
    if (violation.enforcementLevel === "mandatory") {
      decisions.sawError = true;
      refused = true;
    }
    observer.policyViolation(state.urn, violation);
  }
  return refused && !options.dryRun;
}

/** Asks every pack about all resources with their outputs, after everything else went well. */
export async function analyzeStack(decisions: Decisions): Promise<void> {
  const { analyzers, news, goals, observer, options } = decisions.deployment;
  if (analyzers.length === 0) return;
  const resources = [...news.values()].map((state) =>
    analyzed(decisions, state, goals.get(state.urn), state.outputs),
  );
  const answers = await Promise.all(analyzers.map((analyzer) => analyzer.analyzeStack(resources)));
  for (const violation of answers.flat()) {
    if (violation.enforcementLevel === "mandatory") decisions.sawError = true;
    const urn =
      violation.urn && news.has(violation.urn) ? violation.urn : rootStackUrn(options.stack, options.project);
    observer.policyViolation(urn, violation);
  }
}

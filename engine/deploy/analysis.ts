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

/** What the packs said about one resource. */
export interface Judgement {
  /** The inputs as the packs have corrected them. */
  inputs: PropertyMap;
  /** A mandatory policy is violated. */
  refused: boolean;
  /** Tells the observer; kept apart, so that resources are reported in the order they were registered. */
  announce(): void;
}

/** Lets every pack correct the inputs, one after the other, then asks all of them about the result. */
export async function judgeResource(
  decisions: Decisions,
  state: ResourceState,
  goal: Goal,
): Promise<Judgement> {
  const { analyzers, observer } = decisions.deployment;
  const announcements: (() => void)[] = [];
  let { inputs } = state;
  if (analyzers.length === 0) return { inputs, refused: false, announce: () => {} };
  for (const analyzer of analyzers)
    for (const result of await analyzer.remediate(analyzed(decisions, state, goal, inputs))) {
      if (result.diagnostic) {
        const message = result.diagnostic;
        announcements.push(() =>
          observer.policyViolation(state.urn, {
            ...result,
            message,
            enforcementLevel: "advisory",
            severity: "",
            urn: state.urn,
          }),
        );
        continue;
      }
      const before = inputs;
      announcements.push(() => observer.policyRemediation(state.urn, result, before, result.properties));
      inputs = result.properties;
    }
  const resource = analyzed(decisions, state, goal, inputs);
  const answers = await Promise.all(analyzers.map((analyzer) => analyzer.analyze(resource)));
  const violations = answers.flat();
  return {
    inputs,
    refused: violations.some(({ enforcementLevel }) => enforcementLevel === "mandatory"),
    announce() {
      for (const announcement of announcements) announcement();
      for (const violation of violations) observer.policyViolation(state.urn, violation);
    },
  };
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

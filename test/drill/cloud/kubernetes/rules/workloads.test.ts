import { describe } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { deployment, job, judge } from "../support/refusals";

const indexed = (spec: Fields) => job({ completionMode: "Indexed", completions: 3, ...spec });
const failing = (rule: Fields) => job({ podFailurePolicy: { rules: [rule] } });

describe("workloads", () => {
  judge([
    [
      "a selector that cannot be read hides the template",
      deployment(
        { selector: { matchExpressions: [{ key: "app", operator: "Like", values: ["a"] }] } },
        { containers: [] },
      ),
      "spec.selector Invalid",
      "spec.selector.matchExpressions[0].operator Invalid",
    ],
    ["an empty selector", deployment({ selector: {} }), "spec.selector Invalid"],
    ["a strategy that is none", deployment({ strategy: { type: "Canary" } }), "spec.strategy NotSupported"],
    [
      "a share that is no percentage",
      deployment({ strategy: { rollingUpdate: { maxSurge: "abc", maxUnavailable: 0 } } }),
      "spec.strategy.rollingUpdate.maxSurge Invalid",
      "spec.strategy.rollingUpdate.maxUnavailable Invalid",
    ],
    [
      "a deadline that ends before the pods are ready",
      deployment({ progressDeadlineSeconds: 5, minReadySeconds: 5 }),
      "spec.progressDeadlineSeconds Invalid",
    ],
    [
      "a deadline for the pods",
      deployment({}, { activeDeadlineSeconds: 5 }),
      "spec.template.spec.activeDeadlineSeconds Forbidden",
    ],
    [
      "a Job's own label with another value",
      job({
        template: {
          metadata: { labels: { "job-name": "b" } },
          spec: { containers: [{ name: "a", image: "a:1" }], restartPolicy: "Never" },
        },
      }),
      "spec.template.metadata.labels[job-name] Invalid",
    ],
    [
      "a Job that brings no selector though it said so",
      job({ manualSelector: true }),
      "spec.selector Required",
      "spec.template.metadata.labels Invalid",
    ],
    [
      "failures by index without indexes",
      job({ backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
      "spec.backoffLimitPerIndex Invalid",
      "spec.maxFailedIndexes Invalid",
    ],
    [
      "more failures than indexes",
      indexed({ backoffLimitPerIndex: 1, maxFailedIndexes: 4 }),
      "spec.maxFailedIndexes Invalid",
    ],
    [
      "a hundred thousand and one indexes",
      indexed({ completions: 100_001, backoffLimitPerIndex: 1 }),
      "spec.maxFailedIndexes Required",
    ],
    ["a mode that is none", job({ completionMode: "Sorted" }), "spec.completionMode NotSupported"],
    [
      "a failure rule that does nothing",
      failing({ onExitCodes: { operator: "In", values: [1] } }),
      "spec.podFailurePolicy.rules[0].action Required",
    ],
    ["a failure rule about nothing", failing({ action: "Ignore" }), "spec.podFailurePolicy.rules[0] Invalid"],
    [
      "exit codes out of order, with success among them",
      failing({ action: "FailJob", onExitCodes: { operator: "In", values: [2, 0] } }),
      "spec.podFailurePolicy.rules[0].onExitCodes.values Invalid",
      "spec.podFailurePolicy.rules[0].onExitCodes.values[1] Invalid",
    ],
    [
      "replacements that a failure policy rules out",
      job({ podFailurePolicy: { rules: [] }, podReplacementPolicy: "TerminatingOrFailed" }),
      "spec.podReplacementPolicy NotSupported",
    ],
    [
      "a time zone in lower case",
      {
        apiVersion: "batch/v1",
        kind: "CronJob",
        spec: {
          schedule: "0 3 * * *",
          timeZone: "europe/berlin",
          jobTemplate: {
            spec: {
              template: { spec: { containers: [{ name: "a", image: "a:1" }], restartPolicy: "Never" } },
            },
          },
        },
      },
      "spec.timeZone Invalid",
    ],
  ]);
});

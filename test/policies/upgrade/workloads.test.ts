import { describe } from "vitest";
import { upgAwaitNotSkipped } from "../../../policies/upgrade/rules/upg-await-not-skipped";
import { upgDisruptionBudget } from "../../../policies/upgrade/rules/upg-disruption-budget";
import { upgGracefulShutdown } from "../../../policies/upgrade/rules/upg-graceful-shutdown";
import { upgJobLimits } from "../../../policies/upgrade/rules/upg-job-limits";
import { upgReplicas } from "../../../policies/upgrade/rules/upg-replicas";
import { upgRolloutParameters } from "../../../policies/upgrade/rules/upg-rollout-parameters";
import { changed, proves, REMOVED } from "../cases";
import type { FakeResource } from "../harness";
import { deployment, job, upgrade } from "./fixtures";

const service = deployment("orders", "3.2.0", "service");

proves({
  rule: upgJobLimits,
  good: [job("migrate")],
  failing: [
    [{ "spec.activeDeadlineSeconds": REMOVED }, /for ever/],
    [{ "spec.backoffLimit": REMOVED }, /again 6 times/],
    [{ "spec.template.spec.restartPolicy": "OnFailure" }, /log lost/],
    [{ "spec.completions": 2, "spec.parallelism": 2 }, /more than once/, /more than once/],
    [{ "spec.ttlSecondsAfterFinished": 0 }, /gone 0 s/],
  ],
  boundary: [
    [{ "spec.backoffLimit": 4 }, /again 4 times/],
    [{ "spec.backoffLimit": 0 }],
    [{ "spec.activeDeadlineSeconds": 604_800 }],
    [{ "spec.activeDeadlineSeconds": 604_801 }, /at most 604800/],
    [{ "spec.ttlSecondsAfterFinished": 86_400 }],
    [{ "spec.ttlSecondsAfterFinished": 86_399 }, /gone 86399 s/],
    [{ "spec.completions": REMOVED, "spec.parallelism": REMOVED }],
    [{ type: "kubernetes:batch/v1:JobPatch", "spec.backoffLimit": 9 }, /again 9/],
  ],
  unknown: [
    "spec.activeDeadlineSeconds",
    "spec.backoffLimit",
    "spec.completions",
    "spec.ttlSecondsAfterFinished",
    "spec.template.spec.restartPolicy",
  ],
});
const schedule: FakeResource = {
  type: "kubernetes:batch/v1:CronJob",
  name: "reconcile",
  props: { spec: { concurrencyPolicy: "Forbid", jobTemplate: { spec: { activeDeadlineSeconds: 3600 } } } },
};
describe("on a schedule", () => {
  proves({
    rule: upgJobLimits,
    good: [schedule],
    failing: [
      [{ "spec.concurrencyPolicy": REMOVED }, /while another is at work/],
      [{ "spec.jobTemplate.spec.activeDeadlineSeconds": REMOVED }, /last for ever/],
    ],
    boundary: [
      [{ "spec.concurrencyPolicy": "Replace" }],
      [{ "spec.concurrencyPolicy": "Allow" }, /while another is at work/],
    ],
    unknown: ["spec.concurrencyPolicy", "spec.jobTemplate.spec.activeDeadlineSeconds"],
  });
});
const POD = "spec.template.spec";
const waiting = (seconds: number) => [{ name: "orders", lifecycle: { preStop: { sleep: { seconds } } } }];
proves({
  rule: upgGracefulShutdown,
  good: changed([service], {
    [`${POD}.containers`]: waiting(5),
    [`${POD}.terminationGracePeriodSeconds`]: 35,
  }),
  failing: [
    [{ [`${POD}.containers`]: [{ name: "orders" }] }, /would be cut/],
    [{ [`${POD}.terminationGracePeriodSeconds`]: 0 }, /has -5 s to finish/],
  ],
  boundary: [
    [{ [`${POD}.terminationGracePeriodSeconds`]: 15 }],
    [{ [`${POD}.terminationGracePeriodSeconds`]: 14 }, /has 9 s to finish/],
    [{ [`${POD}.terminationGracePeriodSeconds`]: REMOVED, [`${POD}.containers`]: waiting(20) }],
    [{ [`${POD}.terminationGracePeriodSeconds`]: REMOVED, [`${POD}.containers`]: waiting(21) }, /has 9 s/],
    [
      {
        "spec.template.metadata.labels": { "order-upgrade.dev/role": "worker" },
        [`${POD}.containers`]: [{ name: "orders-worker" }],
      },
    ],
  ],
  unknown: [`${POD}.terminationGracePeriodSeconds`, `${POD}.containers`, "spec.template.metadata.labels"],
});
proves({
  rule: upgAwaitNotSkipped,
  good: [service],
  failing: [
    [{ "metadata.annotations": { "pulumi.com/skipAwait": "true" } }, /before this one is ready/],
    [{ "metadata.annotations": { "pulumi.com/patchForce": "true" } }, /others own/],
  ],
  boundary: [
    [{ "metadata.annotations": { "pulumi.com/skipAwait": "false" } }],
    [{ "metadata.annotations": { "pulumi.com/replaceUnready": "true" } }],
  ],
  unknown: ["metadata.annotations"],
});
proves({
  rule: upgRolloutParameters,
  good: [service],
  failing: [
    [{ "spec.strategy": { type: "Recreate" } }, /Every Pod would stop/],
    [{ "spec.strategy": REMOVED }, /take away Pods/],
    [{ "spec.strategy.rollingUpdate.maxUnavailable": 1 }, /take away Pods/],
    [{ "spec.strategy.rollingUpdate.maxSurge": 0 }, /neither add/],
    [{ "spec.minReadySeconds": REMOVED }, /counts after 0 s/],
    [{ "spec.progressDeadlineSeconds": REMOVED }, /fails after 600 s/],
  ],
  boundary: [
    [{ "spec.strategy.rollingUpdate": { maxUnavailable: "0%" } }],
    [{ "spec.minReadySeconds": 1 }],
    [{ "spec.progressDeadlineSeconds": 60 }],
    [{ "spec.progressDeadlineSeconds": 59 }, /after 59 s/],
    [{ "spec.progressDeadlineSeconds": 1801 }, /after 1801 s/],
    [{ "spec.minReadySeconds": 300 }, /before its first Pod counts/],
    [
      {
        "spec.template.metadata.labels": { "order-upgrade.dev/role": "worker" },
        "spec.strategy.rollingUpdate": { maxUnavailable: 1, maxSurge: 0 },
      },
    ],
  ],
  unknown: [
    "spec.strategy.rollingUpdate.maxUnavailable",
    "spec.minReadySeconds",
    "spec.progressDeadlineSeconds",
    "spec.template.metadata.labels",
  ],
});

const scaler: FakeResource = {
  type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  name: "scaler",
  props: { spec: { minReplicas: 2, maxReplicas: 6 } },
};
proves({
  rule: upgReplicas,
  good: [upgrade("steady"), service, scaler, deployment("orders-worker", "3.2.0", "worker", 1)],
  failing: [
    [{ "#1.spec.replicas": 1 }, /1 Pod serves, at least 2/],
    [{ "#1.spec.replicas": REMOVED }, /1 Pod serves/],
    [{ "#2.spec.minReplicas": 1 }, /scale down to 1/],
  ],
  boundary: [
    [{ "#1.spec.replicas": 0 }],
    [{ environment: "staging", "#1.spec.replicas": 1 }],
    [{ environment: REMOVED, "#1.spec.replicas": 1 }, /1 Pod serves/],
    [{ "#2.spec.minReplicas": REMOVED }, /scale down to 1/],
  ],
  unknown: ["environment", "#1.spec.replicas", "#2.spec.minReplicas"],
});

const budget: FakeResource = {
  type: "kubernetes:policy/v1:PodDisruptionBudget",
  name: "budget",
  props: {
    metadata: { namespace: "orders" },
    spec: {
      maxUnavailable: 1,
      selector: {
        matchLabels: { "app.kubernetes.io/name": "orders", "app.kubernetes.io/version": "3.2.0" },
      },
    },
  },
};
proves({
  rule: upgDisruptionBudget,
  good: [service, budget],
  failing: [
    [[service], /all may be taken away at once/],
    [{ "#1.spec.maxUnavailable": 0 }, /no node can be emptied/],
    [{ "#1.spec.maxUnavailable": "100%" }, /All 2 Pods/],
    [{ "#1.metadata.namespace": "other" }, /all may be taken away/],
    [{ "#1.spec.selector": REMOVED }, /all may be taken away/],
    [{ "#1.spec.maxUnavailable": REMOVED }, /no node can be emptied/],
  ],
  boundary: [
    [{ "spec.replicas": 1, "#1.spec.selector.matchLabels": {} }],
    [{ "#1.spec.maxUnavailable": REMOVED, "#1.spec.minAvailable": 1 }],
    [{ "#1.spec.maxUnavailable": REMOVED, "#1.spec.minAvailable": 2 }, /no node can be emptied/],
    [{ "#1.spec.maxUnavailable": REMOVED, "#1.spec.minAvailable": "50%" }],
    [{ "#1.spec.maxUnavailable": REMOVED, "#1.spec.minAvailable": 0 }, /All 2 Pods/],
  ],
  unknown: ["spec.replicas", "#1.spec.maxUnavailable", "#1.spec.selector"],
});

import type {
  CronJob,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  JobSpec,
  ReplicaSet,
  ScalingRules,
} from "../types/workloads";
import { defaultPodSpec } from "./pod-template";

export function defaultDeployment({ spec }: Deployment): void {
  if (spec === undefined) return;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ??= "RollingUpdate";
  if (spec.strategy.type === "RollingUpdate") {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= "25%";
    spec.strategy.rollingUpdate.maxSurge ??= "25%";
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  if (spec.template?.spec !== undefined) defaultPodSpec(spec.template.spec);
}

export function defaultReplicaSet(set: ReplicaSet): void {
  set.spec.replicas ??= 1;
  if (set.spec.template?.spec !== undefined) defaultPodSpec(set.spec.template.spec);
  const labels = set.spec.template?.metadata?.labels;
  if (set.metadata.labels === undefined && labels !== undefined) set.metadata.labels = { ...labels };
}

export function defaultJob({ spec }: Job): void {
  if (spec === undefined) return;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1;
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed";
  defaultJobSpec(spec);
}

export function defaultCronJob({ spec }: CronJob): void {
  if (spec === undefined) return;
  spec.concurrencyPolicy ??= "Allow";
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  if (spec.jobTemplate?.spec !== undefined) defaultJobSpec(spec.jobTemplate.spec);
}

function defaultJobSpec(spec: JobSpec): void {
  if (spec.template?.spec !== undefined) defaultPodSpec(spec.template.spec);
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ??= "True";
  }
}

export function defaultHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (spec === undefined) return;
  spec.minReplicas ??= 1;
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: "Utilization", averageUtilization: 80 };
    spec.metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
  }
  if (spec.behavior === undefined) return;
  spec.behavior.scaleUp = filled(spec.behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: "Pods", value: 4, periodSeconds: 15 },
      { type: "Percent", value: 100, periodSeconds: 15 },
    ],
  });
  spec.behavior.scaleDown = filled(spec.behavior.scaleDown, {
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  });
}

function filled(given: ScalingRules | undefined, fallback: ScalingRules): ScalingRules {
  return { ...fallback, selectPolicy: "Max", ...given };
}

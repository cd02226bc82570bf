import type { Pod } from "../api/types/pod";
import type { Job, PodFailurePolicyRule } from "../api/types/workloads";

/** Why the Job's own policy gives it up because of one of these pods; undefined when it does not. */
export function failureVerdict(job: Job, pods: readonly Pod[]): string | undefined {
  for (const pod of pods.filter(({ status }) => status?.phase === "Failed")) {
    const match = firstMatch(job, pod);
    if (match?.rule.action === "FailJob") return describe(job, pod, match.index, match.rule);
  }
  return undefined;
}

/** How many failed pods the policy does not count. */
export function ignoredPods(job: Job, pods: readonly Pod[]): number {
  return pods.filter(
    (pod) => pod.status?.phase === "Failed" && firstMatch(job, pod)?.rule.action === "Ignore",
  ).length;
}

function firstMatch(job: Job, pod: Pod): { rule: PodFailurePolicyRule; index: number } | undefined {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  const index = rules.findIndex((rule) => matchesRule(rule, pod));
  const rule = rules[index];
  return rule === undefined ? undefined : { rule, index };
}

function matchesRule({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Pod): boolean {
  if (onExitCodes !== undefined)
    return exitCodes(pod, onExitCodes.containerName).some(({ code }) => codeMatches(onExitCodes, code));
  return (onPodConditions ?? []).some(({ type, status = "True" }) =>
    (pod.status?.conditions ?? []).some(
      (condition) => condition.type === type && condition.status === status,
    ),
  );
}

function codeMatches({ operator, values }: { operator: string; values: number[] }, code: number): boolean {
  return code !== 0 && values.includes(code) === (operator === "In");
}

function exitCodes(pod: Pod, container: string | undefined): { name: string; code: number }[] {
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].flatMap(
    ({ name, state }) => {
      const code = state?.terminated?.exitCode;
      return code === undefined || (container !== undefined && name !== container) ? [] : [{ name, code }];
    },
  );
}

function describe(job: Job, pod: Pod, index: number, rule: PodFailurePolicyRule): string {
  const where = `pod ${job.metadata.namespace}/${pod.metadata.name}`;
  const { onExitCodes } = rule;
  if (onExitCodes === undefined) {
    const type = rule.onPodConditions?.find((pattern) =>
      (pod.status?.conditions ?? []).some((each) => each.type === pattern.type),
    )?.type;
    return `Pod ${job.metadata.namespace}/${pod.metadata.name} has condition ${type} matching ${rule.action} rule at index ${index}`;
  }
  const hit = exitCodes(pod, onExitCodes.containerName).find(({ code }) => codeMatches(onExitCodes, code));
  return `Container ${hit?.name} for ${where} failed with exit code ${hit?.code} matching ${rule.action} rule at index ${index}`;
}

import type { Pod } from "../api/types/pod";
import type { Job } from "../api/types/workloads";
import { randomSuffix } from "../api/values/names";
import { isActive, podFromTemplate } from "./pods";

const INDEX = "batch.kubernetes.io/job-completion-index";

/** The lowest indexes of an Indexed Job that no pod works on or has finished; undefined for other Jobs. */
export function nextIndexes(job: Job, pods: readonly Pod[], count: number): number[] | undefined {
  if (job.spec.completionMode !== "Indexed") return undefined;
  const taken = new Set(
    pods.filter((pod) => isActive(pod) || pod.status?.phase === "Succeeded").map(indexOf),
  );
  const free: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && free.length < count; index++)
    if (!taken.has(index)) free.push(index);
  return free;
}

/** Finished indexes as the status writes them: `0-2,5`; undefined for Jobs without indexes. */
export function finishedIndexes(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.completionMode !== "Indexed") return undefined;
  const done = [...new Set(pods.filter(({ status }) => status?.phase === "Succeeded").map(indexOf))].sort(
    (a, b) => a - b,
  );
  const ranges: [number, number][] = [];
  for (const index of done) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

export function podForIndex(job: Job, index: number, finalizers: readonly string[]): Pod {
  const pod = podFromTemplate(job.spec.template, job, finalizers);
  const { generateName: _prefix, ...metadata } = pod.metadata;
  pod.metadata = {
    ...metadata,
    name: `${job.metadata.name}-${index}-${randomSuffix()}`,
    labels: { ...metadata.labels, [INDEX]: String(index) },
    annotations: { ...metadata.annotations, [INDEX]: String(index) },
  };
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    if ((container.env ?? []).some(({ name }) => name === "JOB_COMPLETION_INDEX")) continue;
    const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } };
    container.env = [...(container.env ?? []), { name: "JOB_COMPLETION_INDEX", valueFrom }];
  }
  pod.spec.hostname = `${job.metadata.name}-${index}`;
  return pod;
}

function indexOf({ metadata }: Pod): number {
  return Number(metadata.labels?.[INDEX] ?? -1);
}

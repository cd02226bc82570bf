import type { ApiServer } from "../api/server";
import { ApiError } from "../api/status";
import type { StoreEvent } from "../api/store";
import type { Condition } from "../api/types/meta";
import type { Pod } from "../api/types/pod";
import type { Job, JobStatus } from "../api/types/workloads";
import { timestamp } from "../api/values/clock";
import { isTrue, withCondition } from "./conditions";
import { failureVerdict, ignoredPods } from "./job-failure-policy";
import { finishedIndexes, nextIndexes, podForIndex } from "./job-indexes";
import { type Controller, fromKey, keyOf } from "./loop";
import { controllerOf, isControlledBy } from "./owners";
import { isActive, isReady, podFromTemplate } from "./pods";

const MANAGER = "kube-controller-manager";
export const TRACKING = "batch.kubernetes.io/job-tracking";
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 600_000;
const RETRY = 2_000;

/** Runs pods until enough have succeeded, or the Job has to be given up. */
export class JobController implements Controller {
  readonly name = "job";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "Job") yield keyOf(object.metadata);
    const owner = object.kind === "Pod" ? controllerOf(object) : undefined;
    if (owner?.kind === "Job") yield `${object.metadata.namespace}/${owner.name}`;
  }

  reconcile(key: string): number | undefined {
    const job = this.#server.find<Job>({ apiVersion: "batch/v1", kind: "Job", ...fromKey(key) });
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return this.#letGo(key);
    if (isFinished(job)) return this.#expire(job);
    const now = timestamp(this.#server.clock);
    const pods = this.#pods(job);
    const status: JobStatus = { ...job.status };
    if (this.#followSuspension(job, status, now)) {
      for (const pod of pods.filter(isActive)) this.#remove(pod);
      return this.#write(job, status, pods);
    }
    const target = (status.conditions ?? []).find(
      ({ type }) => type === "FailureTarget" || type === "SuccessCriteriaMet",
    );
    if (target !== undefined) return this.#finish(job, status, target, pods);
    const verdict = this.#verdict(job, status, pods);
    if (verdict !== undefined) {
      status.conditions = withCondition(status.conditions, { ...verdict, lastProbeTime: now }, now);
      const stopped = pods.filter(isActive);
      for (const pod of stopped) this.#remove(pod);
      this.#write(job, status, this.#pods(job), stopped.length);
      return 1;
    }
    const again = this.#start(job, pods);
    this.#write(job, status, this.#pods(job));
    return earliest(again, this.#untilDeadline(job, status));
  }

  #pods(job: Job): Pod[] {
    return this.#server
      .list<Pod>("v1", "Pod", job.metadata.namespace)
      .filter((pod) => isControlledBy(pod, job));
  }

  /** Nothing is counted any more for a Job that goes or has gone, so its pods need not stay for that. */
  #letGo(key: string): undefined {
    const { namespace, name } = fromKey(key);
    for (const pod of this.#server.list<Pod>("v1", "Pod", namespace)) {
      const owner = controllerOf(pod);
      if (owner?.kind === "Job" && owner.name === name) this.#untrack(pod);
    }
  }

  /** Starts the clock of a Job that runs; stops it while the Job is suspended. Answers whether it is. */
  #followSuspension(job: Job, status: JobStatus, now: string): boolean {
    const suspended = job.spec.suspend === true;
    const shown = isTrue(status.conditions, "Suspended");
    if (suspended && !shown) {
      const condition: Condition = {
        type: "Suspended",
        status: "True",
        reason: "JobSuspended",
        message: "Job suspended",
        lastProbeTime: now,
      };
      status.conditions = withCondition(status.conditions, condition, now);
      delete status.startTime;
    }
    if (!suspended && shown) {
      const condition: Condition = {
        type: "Suspended",
        status: "False",
        reason: "JobResumed",
        message: "Job resumed",
        lastProbeTime: now,
      };
      status.conditions = withCondition(status.conditions, condition, now);
    }
    if (!suspended) status.startTime ??= now;
    return suspended;
  }

  #verdict(job: Job, status: JobStatus, pods: readonly Pod[]): Condition | undefined {
    const { spec } = job;
    const failure = (reason: string, message: string): Condition => ({
      type: "FailureTarget",
      status: "True",
      reason,
      message,
    });
    const byPolicy = failureVerdict(job, pods);
    if (byPolicy !== undefined) return failure("PodFailurePolicy", byPolicy);
    const failed =
      pods.filter(({ status: { phase } = {} }) => phase === "Failed").length - ignoredPods(job, pods);
    const restarts = spec.template.spec.restartPolicy === "OnFailure" ? restartsOf(pods) : 0;
    if (failed > (spec.backoffLimit ?? 6) || (restarts > 0 && restarts >= (spec.backoffLimit ?? 6))) {
      return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    }
    if (this.#untilDeadline(job, status) === 0)
      return failure("DeadlineExceeded", "Job was active longer than specified deadline");
    const succeeded = succeededCount(job, pods);
    const active = pods.filter(isActive).length;
    const enough =
      spec.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= spec.completions;
    if (!enough) return undefined;
    return {
      type: "SuccessCriteriaMet",
      status: "True",
      reason: "CompletionsReached",
      message: "Reached expected number of succeeded pods",
    };
  }

  #untilDeadline({ spec }: Job, { startTime }: JobStatus): number | undefined {
    if (spec.activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
    return Math.max(0, Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - this.#server.clock.now());
  }

  /** Starts pods that are missing, after a pause that doubles with every failure. */
  #start(job: Job, pods: readonly Pod[]): number | undefined {
    const active = pods.filter(isActive);
    const terminating = pods.filter(
      (pod) => pod.metadata.deletionTimestamp !== undefined && !hasEnded(pod),
    ).length;
    const parallelism = job.spec.parallelism ?? 1;
    const succeeded = succeededCount(job, pods);
    const open =
      job.spec.completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : Math.max(0, job.spec.completions - succeeded);
    const waiting = job.spec.podReplacementPolicy === "Failed" ? terminating : 0;
    const missing = Math.min(parallelism, open) - active.length - waiting;
    if (missing < 0) for (const pod of active.slice(missing)) this.#remove(pod);
    if (missing <= 0) return undefined;
    const pause = this.#backoff(pods);
    if (pause > 0) return pause;
    try {
      const indexes = nextIndexes(job, pods, missing);
      for (let count = 0; count < (indexes?.length ?? missing); count++) {
        const index = indexes?.[count];
        const pod =
          index === undefined
            ? podFromTemplate(job.spec.template, job, [TRACKING])
            : podForIndex(job, index, [TRACKING]);
        this.#server.create(pod, { fieldManager: MANAGER, fieldValidation: "Ignore" });
      }
      return undefined;
    } catch (problem) {
      if (problem instanceof ApiError) return RETRY;
      throw problem;
    }
  }

  /** Milliseconds to wait after the failures since the last success. */
  #backoff(pods: readonly Pod[]): number {
    const ended = pods.filter(hasEnded).sort((a, b) => endOf(a) - endOf(b));
    const lastSuccess = ended.map(({ status }) => status?.phase).lastIndexOf("Succeeded");
    const failures = ended.slice(lastSuccess + 1);
    const last = failures.at(-1);
    if (last === undefined) return 0;
    const pause = Math.min(FIRST_BACKOFF * 2 ** (failures.length - 1), LONGEST_BACKOFF);
    return Math.max(0, endOf(last) + pause - this.#server.clock.now());
  }

  /** Once all pods have ended the Job says how it ended itself. */
  #finish(job: Job, status: JobStatus, target: Condition, pods: readonly Pod[]): number | undefined {
    for (const pod of pods.filter(isActive)) this.#remove(pod);
    const left = this.#pods(job).filter((pod) => !hasEnded(pod));
    if (left.length > 0) return this.#write(job, status, pods);
    const now = timestamp(this.#server.clock);
    const type = target.type === "FailureTarget" ? "Failed" : "Complete";
    status.conditions = withCondition(status.conditions, { ...target, type, lastProbeTime: now }, now);
    if (type === "Complete") status.completionTime = now;
    this.#write(job, status, this.#pods(job));
    return this.#expire({ ...job, status });
  }

  /** @param stopped pods that were running when the Job was given up: they count as failed */
  #write(job: Job, status: JobStatus, pods: readonly Pod[], stopped = 0): number | undefined {
    const ended = pods.filter(({ status: { phase } = {} }) => phase === "Failed").length;
    const failed = Math.max(ended + stopped, status.failed ?? 0);
    const succeeded = succeededCount(job, pods);
    const active = pods.filter(isActive);
    const indexes = finishedIndexes(job, pods);
    const next: JobStatus = {
      ...status,
      active: active.length,
      succeeded,
      failed,
      terminating: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !hasEnded(pod))
        .length,
      ready: active.filter(isReady).length,
      uncountedTerminatedPods: {},
      ...(indexes === undefined || indexes === "" ? {} : { completedIndexes: indexes }),
    };
    for (const key of ["active", "succeeded", "failed"] as const) if (next[key] === 0) delete next[key];
    this.#server.updateStatus({ ...job, status: next });
    for (const pod of pods) if (hasEnded(pod)) this.#untrack(pod);
    return undefined;
  }

  #expire({ metadata, spec, status, ...rest }: Job): number | undefined {
    if (spec.ttlSecondsAfterFinished === undefined) return undefined;
    const end = (status?.conditions ?? []).find(({ type }) => type === "Complete" || type === "Failed");
    const left =
      Date.parse(end?.lastTransitionTime ?? "") +
      spec.ttlSecondsAfterFinished * 1000 -
      this.#server.clock.now();
    if (left > 0) return left;
    this.#server.delete({ ...rest, ...metadata }, { propagation: "Foreground" });
    return undefined;
  }

  #remove(pod: Pod): void {
    this.#untrack(pod);
    this.#server.delete({ ...pod, ...pod.metadata });
  }

  #untrack(pod: Pod): void {
    if (!(pod.metadata.finalizers ?? []).includes(TRACKING)) return;
    const fresh = this.#server.find<Pod>({ ...pod, ...pod.metadata });
    if (fresh === undefined) return;
    const finalizers = (fresh.metadata.finalizers ?? []).filter((each) => each !== TRACKING);
    const { finalizers: _all, ...metadata } = fresh.metadata;
    const next = { ...fresh, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } };
    this.#server.update(next, { fieldManager: MANAGER, fieldValidation: "Ignore" });
  }
}

export function isFinished({ status }: Job): boolean {
  return isTrue(status?.conditions, "Complete") || isTrue(status?.conditions, "Failed");
}

function succeededCount(job: Job, pods: readonly Pod[]): number {
  const seen = pods.filter(({ status }) => status?.phase === "Succeeded");
  if (job.spec.completionMode !== "Indexed") return Math.max(seen.length, job.status?.succeeded ?? 0);
  return new Set(seen.map(({ metadata }) => metadata.labels?.["batch.kubernetes.io/job-completion-index"]))
    .size;
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function endOf(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state?.terminated?.finishedAt ?? ""),
  );
  const known = ends.filter((end) => !Number.isNaN(end));
  return known.length > 0 ? Math.max(...known) : Date.parse(pod.metadata.creationTimestamp ?? "");
}

function restartsOf(pods: readonly Pod[]): number {
  return pods
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time): time is number => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

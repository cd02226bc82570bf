import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { CronJob, Job } from "../api/types/workloads";
import { parseCron } from "../api/values/cron";
import { copy } from "../api/values/json";
import { isTrue } from "./conditions";
import { isFinished } from "./job";
import { type Controller, fromKey, keyOf } from "./loop";
import { controllerOf, controllerReference, isControlledBy } from "./owners";

const MANAGER = "kube-controller-manager";
const MINUTE = 60_000;
const LONGEST_WAIT = 10 * MINUTE;
const MOST_MISSED = 100;

/** Starts a Job at each time of a schedule, and forgets old ones. */
export class CronJobController implements Controller {
  readonly name = "cron-job";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "CronJob") yield keyOf(object.metadata);
    const owner = object.kind === "Job" ? controllerOf(object) : undefined;
    if (owner?.kind === "CronJob") yield `${object.metadata.namespace}/${owner.name}`;
  }

  reconcile(key: string): number | undefined {
    const cron = this.#server.find<CronJob>({ apiVersion: "batch/v1", kind: "CronJob", ...fromKey(key) });
    if (cron === undefined || cron.metadata.deletionTimestamp !== undefined) return undefined;
    const now = this.#server.clock.now();
    const due = cron.spec.suspend === true ? undefined : this.#due(cron, now);
    if (due !== undefined) this.#start(cron, due);
    this.#forget(cron);
    this.#write(key, due);
    if (cron.spec.suspend === true) return undefined;
    const next = parseCron(cron.spec.schedule).next(now, cron.spec.timeZone);
    return next === undefined ? undefined : Math.min(next - now, LONGEST_WAIT);
  }

  #jobs(cron: CronJob): Job[] {
    return this.#server
      .list<Job>("batch/v1", "Job", cron.metadata.namespace)
      .filter((job) => isControlledBy(job, cron));
  }

  /** The latest time of the schedule that has come and not been served. */
  #due({ metadata, spec, status }: CronJob, now: number): number | undefined {
    const schedule = parseCron(spec.schedule);
    let time = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? "");
    const deadline = spec.startingDeadlineSeconds;
    if (deadline !== undefined) time = Math.max(time, now - deadline * 1000);
    let due: number | undefined;
    for (let count = 0; count < MOST_MISSED; count++) {
      const next = schedule.next(time, spec.timeZone);
      if (next === undefined || next > now) return due;
      due = next;
      time = next;
    }
    return due;
  }

  #start(cron: CronJob, due: number): void {
    const running = this.#jobs(cron).filter((job) => !isFinished(job));
    if (running.length > 0 && cron.spec.concurrencyPolicy === "Forbid") return;
    if (cron.spec.concurrencyPolicy === "Replace") for (const job of running) this.#delete(job);
    const name = `${cron.metadata.name}-${Math.floor(due / MINUTE)}`;
    const { metadata, spec } = cron.spec.jobTemplate;
    const job: Job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace: cron.metadata.namespace ?? "default",
        ...(metadata?.labels === undefined ? {} : { labels: { ...metadata.labels } }),
        annotations: {
          ...metadata?.annotations,
          "batch.kubernetes.io/cronjob-scheduled-timestamp": new Date(due).toISOString().replace(".000", ""),
        },
        ownerReferences: [controllerReference(cron)],
      },
      spec: copy(spec),
    };
    if (this.#server.find({ ...job, ...job.metadata }) === undefined) {
      this.#server.create(job, { fieldManager: MANAGER, fieldValidation: "Ignore" });
    }
  }

  /** Finished Jobs beyond the limits of the history go, the oldest first. */
  #forget(cron: CronJob): void {
    const jobs = this.#jobs(cron).sort(
      (a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
    );
    const byEnd = {
      Complete: cron.spec.successfulJobsHistoryLimit ?? 3,
      Failed: cron.spec.failedJobsHistoryLimit ?? 1,
    };
    for (const [type, most] of Object.entries(byEnd)) {
      const ended = jobs.filter(({ status }) => isTrue(status?.conditions, type)).sort(byAge);
      for (const job of ended.slice(0, Math.max(0, ended.length - most))) this.#delete(job);
    }
  }

  #write(key: string, due: number | undefined): void {
    const cron = this.#server.find<CronJob>({ apiVersion: "batch/v1", kind: "CronJob", ...fromKey(key) });
    if (cron === undefined) return;
    const jobs = this.#jobs(cron).sort(byAge);
    const active = jobs
      .filter((job) => !isFinished(job) && job.metadata.deletionTimestamp === undefined)
      .map(({ apiVersion, kind, metadata }) => ({
        kind,
        namespace: metadata.namespace ?? "default",
        name: metadata.name,
        uid: metadata.uid ?? "",
        apiVersion,
      }));
    const succeeded = jobs
      .flatMap(({ status }) => status?.completionTime ?? [])
      .sort()
      .at(-1);
    const { lastScheduleTime: served, lastSuccessfulTime } = cron.status ?? {};
    const lastScheduleTime =
      due === undefined || this.#isHeld(cron, due) ? served : new Date(due).toISOString().replace(".000", "");
    const success = succeeded ?? lastSuccessfulTime;
    const status = {
      ...(active.length === 0 ? {} : { active }),
      ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
      ...(success === undefined ? {} : { lastSuccessfulTime: success }),
    };
    this.#server.updateStatus({ ...cron, status });
  }

  /** Whether that time was let pass because an earlier Job still runs. */
  #isHeld(cron: CronJob, due: number): boolean {
    const name = `${cron.metadata.name}-${Math.floor(due / MINUTE)}`;
    return (
      cron.spec.concurrencyPolicy === "Forbid" &&
      !this.#jobs(cron).some(({ metadata }) => metadata.name === name)
    );
  }

  #delete(job: Job): void {
    this.#server.delete({ ...job, ...job.metadata }, { propagation: "Background" });
  }
}

function byAge(one: Job, other: Job): number {
  return (
    Date.parse(one.metadata.creationTimestamp ?? "") - Date.parse(other.metadata.creationTimestamp ?? "")
  );
}

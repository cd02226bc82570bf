import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { Pod } from "../api/types/pod";
import { timestamp } from "../api/values/clock";
import { controllerOf } from "../controllers/owners";
import type { PodAddresses } from "../controllers/target-group-binding";
import { type NodeParts, PodRun } from "./pod-run";
import { podStatus, waitingStatus } from "./pod-status";

export const NODE_NAME = "local";

/** Milliseconds by which load balancers and proxies hear of a deletion before the processes do. */
const HEAD_START = 50;

/** The one node of the cluster: this machine. Starts the processes of pods and stops them. */
export class Kubelet implements PodAddresses {
  readonly #parts: NodeParts;
  readonly #server: ApiServer;
  readonly #replicaCap: number | undefined;
  readonly #runs = new Map<string, PodRun>();
  readonly #represented = new Set<string>();
  readonly #stopping = new Set<string>();
  #lastAddress = 0;
  #unwatch: (() => void) | undefined;
  #closed = false;

  constructor(parts: NodeParts, replicaCap?: number) {
    this.#parts = parts;
    this.#server = parts.server;
    this.#replicaCap = replicaCap;
  }

  /** Takes over every pod that has not ended, as a machine does after a restart. */
  start(): void {
    this.#unwatch = this.#server.watch((event) => this.#hear(event));
    for (const pod of this.#server.list<Pod>("v1", "Pod")) this.#later(() => this.#look(pod));
  }

  /** Ends all processes; pods stay as they are, to be taken over again. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#unwatch?.();
    await Promise.all([...this.#runs.values()].map((run) => run.stop(0)));
    this.#runs.clear();
  }

  addressOf(podUid: string, containerPort: number): { host: string; port: number } | undefined {
    const port = this.#runs.get(podUid)?.ports.get(containerPort);
    return port === undefined ? undefined : { host: "127.0.0.1", port };
  }

  runOf(podUid: string): PodRun | undefined {
    return this.#runs.get(podUid);
  }

  /** Pods that count as running without a process, because of the cap. */
  isRepresented(podUid: string): boolean {
    return this.#represented.has(podUid);
  }

  #hear({ type, object }: StoreEvent): void {
    if (object.kind !== "Pod" || this.#closed) return;
    if (type === "DELETED") this.#later(() => this.#drop(object as Pod));
    else if (type === "ADDED" || object.metadata.deletionTimestamp !== undefined)
      this.#later(() => this.#look(object as Pod));
  }

  /** Listeners must not write, so the work comes a moment later. */
  #later(work: () => void): void {
    setImmediate(() => {
      if (this.#closed) return;
      try {
        work();
      } catch (problem) {
        this.#parts.log(`kubelet: ${problem instanceof Error ? problem.message : String(problem)}`);
      }
    });
  }

  #look(seen: Pod): void {
    const pod = this.#server.find<Pod>({ ...seen, ...seen.metadata });
    const uid = pod?.metadata.uid ?? "";
    if (pod === undefined || uid !== seen.metadata.uid) return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      void this.#terminate(pod);
      return;
    }
    const over = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    if (over || this.#runs.has(uid) || this.#represented.has(uid)) return;
    this.#admit(pod, this.#isBeyondCap(pod));
  }

  #admit(pod: Pod, represented: boolean): void {
    const uid = pod.metadata.uid ?? "";
    const next: Pod = { ...pod, spec: { ...pod.spec, nodeName: NODE_NAME } };
    const bound = pod.spec.nodeName === NODE_NAME ? pod : this.#server.bind(next);
    const now = timestamp(this.#server.clock);
    if (represented) {
      this.#represented.add(uid);
      const running = pod.spec.containers.map((container) => ({
        ...waitingStatus(container, ""),
        ready: true,
        started: true,
        state: { running: { startedAt: now } },
      }));
      const status = podStatus(bound, running, [], now);
      const { podIP: _none, ...rest } = {
        ...status,
        reason: "ReplicaCap",
        message: "Not run on this machine: beyond the replica cap.",
      };
      this.#server.updateStatus({ ...bound, status: rest });
      return;
    }
    this.#lastAddress += 1;
    const podIP = `10.244.${Math.floor(this.#lastAddress / 250)}.${(this.#lastAddress % 250) + 2}`;
    const status = {
      ...podStatus(bound, [], [], now),
      phase: "Pending" as const,
      podIP,
      hostIP: "127.0.0.1",
      startTime: now,
    };
    const run = new PodRun({ ...bound, status: { ...bound.status, ...status } }, this.#parts);
    this.#runs.set(uid, run);
    this.#server.updateStatus({ ...bound, status: { ...bound.status, ...status } });
    run.start().catch((problem: Error) => this.#parts.log(`pod ${pod.metadata.name}: ${problem.message}`));
  }

  /** Pods of a Deployment beyond the cap are counted as running, but have no process. */
  #isBeyondCap(pod: Pod): boolean {
    const owner = controllerOf(pod);
    if (this.#replicaCap === undefined || owner?.kind !== "ReplicaSet") return false;
    const siblings = this.#server
      .list<Pod>("v1", "Pod", pod.metadata.namespace)
      .filter(
        (each) => controllerOf(each)?.uid === owner.uid && each.metadata.deletionTimestamp === undefined,
      );
    return siblings.filter(({ metadata }) => this.#runs.has(metadata.uid ?? "")).length >= this.#replicaCap;
  }

  async #terminate(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    if (this.#stopping.has(uid)) return;
    this.#stopping.add(uid);
    await new Promise((done) => setTimeout(done, HEAD_START));
    const grace = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    await this.#runs.get(uid)?.stop(grace * 1000);
    this.#forget(uid);
    if (this.#closed) return;
    this.#server.removePod({ ...pod, ...pod.metadata }, uid);
  }

  #drop(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    const run = this.#runs.get(uid);
    if (run !== undefined && !this.#stopping.has(uid)) void run.stop(0);
    this.#forget(uid);
  }

  #forget(uid: string): void {
    this.#runs.delete(uid);
    this.#represented.delete(uid);
    this.#stopping.delete(uid);
  }
}

import path from "node:path";
import { Worker } from "node:worker_threads";
import { TYPESCRIPT } from "../../../../process/typescript";
import type { Configuration, RegisteredTarget } from "../data-plane/configuration";
import type { DataPlane, DataPlaneEvents, GroupReport, MetricsText } from "../data-plane/data-plane";
import { type Call, errorOf, type Message, type Method } from "./messages";

const THREAD = path.join(__dirname, "thread.ts");

interface Pending {
  readonly done: (value: unknown) => void;
  readonly fail: (problem: Error) => void;
}

/**
 * The data plane in a thread of its own, so that requests are forwarded while the cloud's thread is busy starting pods
 * or writing documents, as no customer of a real cloud waits for those. The thread dies with the process.
 */
export class WorkerDataPlane implements DataPlane {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private last = 0;
  private stopping = false;
  /** Why there is no thread any more. */
  private gone: Error | undefined;

  constructor(
    private readonly events: DataPlaneEvents,
    thread = THREAD,
  ) {
    this.worker = new Worker(thread, {
      name: "load balancers",
      // Not the arguments of the process: those also hold what belongs to its main thread alone.
      execArgv: [...TYPESCRIPT],
    });
    this.worker.on("message", (message: Message) => this.receive(message));
    this.worker.on("messageerror", (problem) => {
      this.end(problem);
      void this.worker.terminate();
    });
    this.worker.on("error", (problem) => this.end(problem));
    this.worker.on("exit", (code) => this.end(new Error(`exit code ${code}`)));
  }

  configure(configuration: Configuration): Promise<void> {
    return this.call("configure", configuration);
  }

  open(listenerArn: string, host: string, port: number): Promise<void> {
    return this.call("open", listenerArn, host, port);
  }

  setTargets(groupArn: string, targets: readonly RegisteredTarget[]): void {
    this.post({ id: undefined, method: "setTargets", args: [groupArn, targets] });
  }

  setCut(groupArn: string, cut: boolean): Promise<void> {
    return this.call("setCut", groupArn, cut);
  }

  report(): Promise<GroupReport[]> {
    return this.call("report");
  }

  metrics(): Promise<MetricsText> {
    return this.call("metrics");
  }

  async stop(): Promise<void> {
    if (this.gone !== undefined) return;
    this.stopping = true;
    try {
      await this.call("stop");
    } finally {
      await this.worker.terminate();
    }
  }

  private call<M extends Method>(method: M, ...args: Parameters<DataPlane[M]>): ReturnType<DataPlane[M]> {
    const answer = new Promise<unknown>((done, fail) => {
      if (this.gone !== undefined) return fail(this.gone);
      const id = ++this.last;
      this.pending.set(id, { done, fail });
      this.post({ id, method, args });
    });
    return answer as ReturnType<DataPlane[M]>;
  }

  private post(call: Call): void {
    this.worker.postMessage(call);
  }

  private receive(message: Message): void {
    switch (message.kind) {
      case "answer":
        this.settle(message.id)?.done(message.value);
        break;
      case "failure":
        this.settle(message.id)?.fail(errorOf(message.problem));
        break;
      case "health":
        this.events.health(message.groupArn, message.registration, message.health);
        break;
      case "log":
        this.events.log(message.message, message.details);
        break;
    }
  }

  private settle(id: number): Pending | undefined {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    return waiting;
  }

  private end(problem: unknown): void {
    if (this.gone !== undefined) return;
    const reason = problem instanceof Error ? problem.message : String(problem);
    this.gone = new Error(`The thread of the load balancers ended: ${reason}`, { cause: problem });
    for (const { fail } of this.pending.values()) fail(this.gone);
    this.pending.clear();
    if (!this.stopping) this.events.died(this.gone);
  }
}

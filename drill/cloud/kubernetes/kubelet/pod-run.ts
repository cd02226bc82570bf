import { mkdirSync } from "node:fs";
import path from "node:path";
import { freePort } from "../../../process/ports";
import type { PlatformEnvironment, Registry } from "../../ports";
import type { ApiServer } from "../api/server";
import type { Container, ContainerStatus, Pod } from "../api/types/pod";
import { timestamp } from "../api/values/clock";
import { same } from "../api/values/json";
import { type ContainerChange, ContainerRun } from "./container";
import { ConfigurationError, declaredEnvironment, expand } from "./environment";
import type { LogFolder } from "./log-file";
import { podStatus, waitingStatus } from "./pod-status";
import type { PodFaults, PodIdentity, ServiceResolver } from "./ports";
import type { Surroundings } from "./probes";
import { localise, localiseAll, type Places } from "./substitution";
import { makeFoldersAbove, makeVolumes, removeVolumes } from "./volumes";

export interface NodeParts {
  readonly server: ApiServer;
  readonly registry: Registry;
  /** Puts the loopback address of a load balancer in the place of its name. */
  readonly resolve: (text: string) => string;
  readonly platform: PlatformEnvironment;
  readonly services: ServiceResolver;
  readonly faults: PodFaults;
  readonly logs: LogFolder;
  /** Folder in which pods get theirs. */
  readonly folder: string;
  readonly log: (message: string) => void;
}

const FIRST_RESTART_PAUSE = 1_000;
const LONGEST_RESTART_PAUSE = 60_000;
const CONFIGURATION_RETRY = 1_000;
/** A container that ran this long starts over with the shortest pause. */
const STABLE = 120_000;

/** One pod on this machine, from its first container to its last. */
export class PodRun {
  readonly identity: PodIdentity;
  readonly #folder: string;
  readonly #ports = new Map<number, number>();
  readonly #runs = new Map<string, ContainerRun>();
  readonly #states = new Map<string, ContainerStatus>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #volumes = new Map<string, string>();
  #stopping = false;

  constructor(
    private readonly pod: Pod,
    private readonly parts: NodeParts,
  ) {
    const { name, namespace = "default", uid = "" } = pod.metadata;
    this.identity = {
      namespace,
      name,
      serviceAccount: pod.spec.serviceAccountName,
      images: pod.spec.containers.map(({ image }) => image),
    };
    this.#folder = path.join(parts.folder, `${namespace}_${name}_${uid.slice(0, 8)}`);
    for (const container of this.#all()) {
      const before = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
      const restartCount = before.find((each) => each.name === container.name)?.restartCount ?? 0;
      this.#states.set(container.name, { ...waitingStatus(container, "ContainerCreating"), restartCount });
    }
  }

  /** Real port of each container port. */
  get ports(): ReadonlyMap<number, number> {
    return this.#ports;
  }

  get processIds(): number[] {
    return [...this.#runs.values()].filter((run) => !run.over).flatMap(({ processId }) => processId ?? []);
  }

  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const container of this.#all()) {
      for (const { containerPort } of container.ports ?? []) {
        if (!this.#ports.has(containerPort)) this.#ports.set(containerPort, await freePort());
      }
    }
    if (this.#stopping) return;
    this.#publish();
    await this.#initialise();
  }

  /** Stops all containers within the grace period and takes the pod's folder away. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#runs.values()].map((run) => run.stop(graceMilliseconds)));
    removeVolumes(this.#folder);
  }

  /** Ends the processes as a failing machine would; the pod is treated as its restart policy says. */
  kill(): void {
    for (const run of this.#runs.values()) run.kill();
  }

  #all(): Container[] {
    return [...(this.pod.spec.initContainers ?? []), ...this.pod.spec.containers];
  }

  /** Init containers run one after the other; those that restart always stay and run beside the others. */
  async #initialise(): Promise<void> {
    for (const container of this.pod.spec.initContainers ?? []) {
      const done = new Promise<void>((resolve) => {
        const sidecar = container.restartPolicy === "Always";
        void this.#launch(container, (change) => {
          if (change.state.terminated?.exitCode === 0 || (sidecar && change.started)) resolve();
        });
      });
      await done;
      if (this.#stopping) return;
    }
    for (const container of this.pod.spec.containers) void this.#launch(container);
  }

  async #launch(
    container: Container,
    watch: (change: ContainerChange) => void = () => undefined,
  ): Promise<void> {
    try {
      const { file, around } = await this.#prepare(container);
      if (this.#stopping) return;
      const args = [...(container.command ?? []).slice(1), ...(container.args ?? [])];
      const { faults, logs } = this.parts;
      const follows = faults.watchesLog(this.identity);
      const startedAt = Date.now();
      const run = new ContainerRun(
        container,
        {
          file,
          args: args.map((value) =>
            this.#local(localise(expand(value, around.environment), this.#places(container))),
          ),
          log: logs.open(this.identity.namespace, this.identity.name, container.name),
          readinessDelay: faults.readinessDelay(this.identity),
          onLine: follows ? (line) => faults.killsOn(this.identity, line) && this.kill() : undefined,
        },
        around,
        (change) => {
          this.#record(container, change);
          watch(change);
          if (change.state.terminated !== undefined)
            this.#afterEnd(container, change, Date.now() - startedAt, watch);
        },
      );
      this.#runs.set(container.name, run);
    } catch (problem) {
      this.#refuse(container, problem, watch);
    }
  }

  async #prepare(container: Container): Promise<{ file: string; around: Surroundings }> {
    const { registry, platform, faults, server } = this.parts;
    const file = await registry.pull(container.image);
    this.#volumes = makeVolumes(this.pod, this.#folder, server);
    const declared = declaredEnvironment(this.#latest() ?? this.pod, container, server);
    const environment: Record<string, string> = {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: this.#folder,
      HOSTNAME: this.identity.name,
      ...platform(),
      ...localiseAll({ ...declared, ...faults.environmentFor(this.identity) }, this.#places(container)),
    };
    for (const name of Object.keys(declared)) environment[name] = this.#local(environment[name] ?? "");
    return {
      file,
      around: { declared: container.ports ?? [], ports: this.#ports, environment, folder: this.#folder },
    };
  }

  #local(text: string): string {
    return text.includes("://") ? this.parts.resolve(text) : text;
  }

  #places(container: Container): Places {
    const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
      const folder = this.#volumes.get(name);
      if (folder === undefined) return [];
      return [
        [mountPath.replace(/\/$/, ""), subPath === undefined ? folder : path.join(folder, subPath)] as const,
      ];
    });
    const own = new Set((container.ports ?? []).map(({ containerPort }) => containerPort));
    return {
      above: makeFoldersAbove(path.join(this.#folder, "above", container.name), mounts),
      mounts: new Map(mounts.sort(([a], [b]) => b.length - a.length)),
      ports: new Map([...this.#ports].filter(([port]) => own.has(port))),
      services: this.parts.services,
    };
  }

  #refuse(container: Container, problem: unknown, watch: (change: ContainerChange) => void): void {
    const message = problem instanceof Error ? problem.message : String(problem);
    const reason = problem instanceof ConfigurationError ? "CreateContainerConfigError" : "ImagePullBackOff";
    const state = this.#states.get(container.name) ?? waitingStatus(container, reason);
    this.#states.set(container.name, { ...state, ready: false, state: { waiting: { reason, message } } });
    this.#publish();
    this.#later(
      problem instanceof ConfigurationError ? CONFIGURATION_RETRY : 10 * CONFIGURATION_RETRY,
      () => void this.#launch(container, watch),
    );
  }

  #record(container: Container, { state, started, ready }: ContainerChange): void {
    const before = this.#states.get(container.name) ?? waitingStatus(container, "ContainerCreating");
    this.#states.set(container.name, { ...before, state, started, ready, imageID: container.image });
    this.#publish();
  }

  #afterEnd(
    container: Container,
    change: ContainerChange,
    ran: number,
    watch: (change: ContainerChange) => void,
  ): void {
    if (this.#stopping) return;
    const isInit = (this.pod.spec.initContainers ?? []).includes(container);
    const policy = container.restartPolicy ?? this.pod.spec.restartPolicy ?? "Always";
    const failed = change.state.terminated?.exitCode !== 0;
    const again = isInit
      ? failed && policy !== "Never"
      : policy === "Always" || (policy === "OnFailure" && failed);
    if (!again) return;
    const before = this.#states.get(container.name) ?? waitingStatus(container, "ContainerCreating");
    const restarts = ran > STABLE ? 1 : before.restartCount + 1;
    const pause = Math.min(FIRST_RESTART_PAUSE * 2 ** (restarts - 1), LONGEST_RESTART_PAUSE);
    this.#states.set(container.name, {
      ...before,
      restartCount: before.restartCount + 1,
      lastState: change.state,
      state: {
        waiting: {
          reason: "CrashLoopBackOff",
          message: `back-off ${pause / 1000}s restarting failed container`,
        },
      },
      ready: false,
    });
    this.#publish();
    this.#later(pause, () => void this.#launch(container, watch));
  }

  #later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopping) work();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #latest(): Pod | undefined {
    const found = this.parts.server.find<Pod>({ ...this.pod, ...this.pod.metadata });
    return found?.metadata.uid === this.pod.metadata.uid ? found : undefined;
  }

  #publish(): void {
    const latest = this.#latest();
    if (latest === undefined) return;
    const of = (containers: readonly Container[] | undefined): ContainerStatus[] =>
      (containers ?? []).flatMap(({ name }) => this.#states.get(name) ?? []);
    const status = podStatus(
      latest,
      of(this.pod.spec.containers),
      of(this.pod.spec.initContainers),
      timestamp(this.parts.server.clock),
    );
    if (!same(status, latest.status)) this.parts.server.updateStatus({ ...latest, status });
  }
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault, FaultKind } from "./faults/fault";
import type { Provider } from "./provider/provider";

/** What the parts of the drill cloud lend one another. The cluster sees the rest of the cloud through these alone. */

/** Where a part keeps what must outlive the process. */
export interface Persistence {
  /** A folder of the part's own, for what is too large for documents. */
  readonly directory: string;
  /** Documents by key, one file each, written atomically. The same name gives the same collection. */
  collection<T>(name: string): Collection<T>;
  /** Encrypts a text with the drill's own key, for documents that hold something secret. */
  seal(text: string): string;
  open(sealed: string): string;
}

export interface Collection<T> {
  get(key: string): T | undefined;
  set(key: string, document: T): void;
  delete(key: string): void;
  entries(): IterableIterator<[string, T]>;
}

/** The image registry. */
export interface Registry {
  /**
   * The program file of an image reference `REPOSITORY@sha256:DIGEST`.
   *
   * Throws ImageRefused when there is none, or when its content is not what the digest promises.
   */
  pull(reference: string): Promise<string>;
}

export interface Target {
  /** Stable as long as the target is the same process, such as a pod's name. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** The load balancers, seen from a cluster that registers its pods. */
export interface Edge {
  /**
   * The targets that `owner` has in a group, from now on: those missing get no new request, and finish what they have.
   * Call it before a target is told to stop. An empty list withdraws the owner. Groups may appear later.
   */
  setTargets(targetGroupArn: string, owner: string, targets: readonly Target[]): void;
  /** Health by target id, as the readiness gate of a pod wants it. */
  health(targetGroupArn: string): ReadonlyMap<string, TargetHealth>;
  /** The text with each `http(s)://HOST` that leads to a load balancer replaced by its loopback address. */
  resolve(text: string): string;
}

export type TargetHealth = "initial" | "healthy" | "unhealthy" | "draining";

/** Variables that a node or an identity webhook sets in every container. Asked for each container that starts. */
export type PlatformEnvironment = () => Readonly<Record<string, string>>;

/** One line of what the cloud does. Never give it a secret. */
export type Log = (message: string, details?: Readonly<Record<string, unknown>>) => void;

export interface ClusterOptions {
  readonly persistence: Persistence;
  readonly registry: Registry;
  readonly edge: Edge;
  readonly platformEnvironment: PlatformEnvironment;
  /** Replicas of a Deployment that are really started; undefined: all. */
  readonly replicaCap: number | undefined;
  readonly log: Log;
}

/** What `createCluster` of drill/cloud/kubernetes/index.ts answers. */
export interface Cluster {
  readonly provider: Provider;
  /** Serves its paths of the control API (`/logs/<pod>`); false when the path is not its own. */
  http(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
  /** Its share of `GET /state`. */
  state(): Readonly<Record<string, unknown>>;
  /** Faults it can bring about, by kind. */
  readonly faults: Readonly<Record<string, FaultKind<Fault>>>;
  /** Starts everything again that ran when the last process ended. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export class ImageRefused extends Error {
  constructor(
    readonly reference: string,
    readonly reason: string,
  ) {
    super(`image ${reference}: ${reason}`);
    this.name = "ImageRefused";
  }
}

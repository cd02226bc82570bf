import type { Manifest } from "../../releases/manifest";
import type { ChainStep, Phase, Step, Strategy } from "../phases";

/** Both releases' manifests, by version. */
export type Manifests = Readonly<Record<string, Manifest>>;

/** Something the graph can wait for. Services and workers are those of a release; a gate is a proof that was read back. */
export type Node =
  | "snapshot"
  | "scratch"
  | "routes"
  | "preview"
  | "data-model"
  | `services:${string}`
  | `workers:${string}`
  | `job:${string}`
  | `gate:${string}`;

export interface ReleasePlan {
  readonly version: string;
  readonly role: "current" | "next";
  /** `off`: the Deployments exist with no replica, so that the update that stops them is in order. */
  readonly services: "on" | "off";
  readonly workers: "on" | "off";
  /** Percent of customers. */
  readonly weight: number;
  /** Reachable under the preview name. */
  readonly preview: boolean;
  /** Whether the number of replicas may follow the load. */
  readonly autoscaled: boolean;
}

export interface JobPlan {
  readonly step: Step;
  /** Release in the Job's name. */
  readonly release: string;
  readonly attempt: number;
  /** `migrate-4-0-0-1`. */
  readonly name: string;
  /** Release whose manifest names the image. */
  readonly imageOf: string;
  readonly database: "administrator" | "migrator";
  readonly previous: ChainStep | undefined;
  readonly needs: readonly JobNeed[];
}

/** What a Job gets beyond the environment all Jobs have. */
export type JobNeed = "scratch" | "role-passwords" | "modules" | "public-url" | "backup-bucket";

export interface GatePlan {
  readonly step: Step;
  readonly release: string;
  /** The Job of this phase that writes the document; undefined: an earlier phase did. */
  readonly job: string | undefined;
  /** Seconds the document may be old when the phase is entered; undefined: any age. */
  readonly freshness: number | undefined;
}

export interface Forward {
  readonly release: string;
  readonly module: string;
  readonly weight: number;
}

export interface RoutePlan {
  /** Stable part of names: made of the path, not of a position. */
  readonly key: string;
  readonly path: string;
  readonly priority: number;
  /** Empty: the maintenance page answers. */
  readonly forwards: readonly Forward[];
}

export interface Plan {
  readonly phase: Phase;
  readonly strategy: Strategy;
  readonly attempt: number;
  readonly current: string;
  readonly next: string | undefined;
  /** Customers see the maintenance page. */
  readonly page: boolean;
  readonly releases: readonly ReleasePlan[];
  readonly weights: Readonly<Record<string, number>>;
  readonly routes: readonly RoutePlan[];
  readonly previewRoutes: readonly RoutePlan[];
  /** Name of the snapshot taken before anything changes, kept through the whole upgrade. */
  readonly snapshot: string | undefined;
  /** The snapshot is restored into an instance of its own. */
  readonly scratch: boolean;
  /** Both data models exist and are kept equal; a part is compared on a schedule. */
  readonly synchronised: boolean;
  readonly jobs: readonly JobPlan[];
  readonly gates: readonly GatePlan[];
  /** What each node waits for. */
  readonly order: Readonly<Record<Node, readonly Node[]>>;
}

import type { Log, Target, TargetHealth } from "../../../ports";
import type { Configuration, RegisteredTarget } from "./configuration";

/**
 * What carries the customers' requests: listeners, target groups, health checks, figures. It decides nothing about what
 * there shall be; the control plane tells it. Calls take effect in the order in which they were made.
 */
export interface DataPlane {
  /**
   * Listeners and groups as they are from now on; those not named go: requests under way finish, targets drain.
   * Resolves when requests follow it. A new listener has no server yet.
   */
  configure(configuration: Configuration): Promise<void>;
  /** Opens a server of a listener for a host name; the empty name is the listener's own. Fails when it cannot listen. */
  open(listenerArn: string, host: string, port: number): Promise<void>;
  /** All targets of a group; unknown groups are passed over, since their configuration brings the targets along. */
  setTargets(groupArn: string, targets: readonly RegisteredTarget[]): void;
  /** While a group is cut off, its requests are answered 503. */
  setCut(groupArn: string, cut: boolean): Promise<void>;
  /** Every group with its targets, those that drain included. */
  report(): Promise<GroupReport[]>;
  metrics(): Promise<MetricsText>;
  stop(): Promise<void>;
}

/** What a data plane tells of its own accord. */
export interface DataPlaneEvents {
  readonly health: (groupArn: string, registration: number, health: TargetHealth) => void;
  readonly log: Log;
  /** It ended without being asked to: nothing answers customers any more, and every call fails. */
  readonly died: (problem: Error) => void;
}

export type StartDataPlane = (events: DataPlaneEvents) => DataPlane;

export interface GroupReport {
  readonly arn: string;
  readonly name: string;
  /** Counted since the start of the process. */
  readonly requests: number;
  readonly target5xx: number;
  readonly edge5xx: number;
  readonly targets: readonly TargetReport[];
}

export interface TargetReport extends Target {
  readonly health: TargetHealth;
  readonly inFlight: number;
}

/** Prometheus text and its content type. */
export interface MetricsText {
  readonly type: string;
  readonly body: string;
}

import { isStopped, type Phase, type Strategy } from "../phases";
import type { ReleasePlan } from "./types";

type State = Pick<ReleasePlan, "services" | "workers" | "weight" | "preview">;

const SERVING: State = { services: "on", workers: "on", weight: 100, preview: false };
const DOWN: State = { services: "off", workers: "off", weight: 0, preview: false };
const VERIFIED: State = { services: "on", workers: "off", weight: 0, preview: true };

interface Position {
  readonly current: State;
  readonly next: State | undefined;
}

/** What runs in each position of the dial. `weight` is the share of customers on the next release while it is live. */
function position(strategy: Strategy, phase: Phase, weight: number): Position {
  const stopped = strategy === "maintenance";
  switch (phase) {
    case "steady":
    case "prepared":
      return { current: SERVING, next: undefined };
    case "migrated":
      return { current: stopped ? DOWN : SERVING, next: undefined };
    case "staged":
      return { current: stopped ? DOWN : SERVING, next: VERIFIED };
    case "live":
      return {
        current: stopped ? DOWN : { ...SERVING, workers: "off", weight: 100 - weight },
        next: { ...SERVING, weight, preview: true },
      };
    case "complete":
      return { current: DOWN, next: SERVING };
    case "reverted":
      return { current: SERVING, next: DOWN };
  }
}

/** The releases of a plan and whether business is stopped. */
export function planReleases(
  strategy: Strategy,
  phase: Phase,
  current: string,
  next: string | undefined,
  weight: number,
  autoscaling: boolean,
): { releases: ReleasePlan[]; page: boolean } {
  const states = position(strategy, phase, weight);
  const releases: ReleasePlan[] = [
    {
      version: current,
      role: "current",
      ...states.current,
      autoscaled: autoscaling && !mayResume(strategy, phase),
    },
  ];
  if (next !== undefined && states.next !== undefined)
    releases.push({ version: next, role: "next", ...states.next, autoscaled: autoscaling });
  return { releases, page: isStopped(strategy, phase) };
}

/** Positions in which a release may come back from zero replicas: an autoscaler never leaves zero by itself. */
const mayResume = (strategy: Strategy, phase: Phase): boolean =>
  strategy === "maintenance" && (phase === "prepared" || phase === "reverted");

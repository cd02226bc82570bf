import { chance } from "./chance";

/** How a simulated outside service treats its callers. */
export interface Behaviour {
  readonly seed: string;
  /** Range of response times. */
  readonly latencyMs: readonly [least: number, most: number];
  /** Share of requests that fail: half of them with status 500, half without any answer. */
  readonly failureRate: number;
}

export const DEFAULT_BEHAVIOUR: Behaviour = { seed: "1", latencyMs: [5, 40], failureRate: 0.02 };

/** Reads SEED, LATENCY_MS ("5-40") and FAILURE_RATE. Throws an Error that names a malformed one. */
export function readBehaviour(variables: NodeJS.ProcessEnv): Behaviour {
  const latency = /^(\d+)-(\d+)$/.exec(variables.LATENCY_MS ?? "5-40");
  if (!latency) throw new Error(`LATENCY_MS must be a range such as 5-40 (got "${variables.LATENCY_MS}")`);
  return {
    seed: variables.SEED ?? DEFAULT_BEHAVIOUR.seed,
    latencyMs: [Number(latency[1]), Number(latency[2])],
    failureRate: readRate("FAILURE_RATE", variables.FAILURE_RATE, DEFAULT_BEHAVIOUR.failureRate),
  };
}

/** A share from 0 to 1. */
export function readRate(name: string, text: string | undefined, otherwise: number): number {
  const rate = Number(text ?? otherwise);
  if (!(rate >= 0 && rate <= 1)) throw new Error(`${name} must be a number from 0 to 1 (got "${text}")`);
  return rate;
}

export type Fate = { readonly delayMs: number; readonly failure: "none" | "status" | "silence" };

/** What happens to the n-th request. */
export function fateOf(behaviour: Behaviour, request: number): Fate {
  const [least, most] = behaviour.latencyMs;
  const luck = chance(behaviour.seed, "failure", request);
  return {
    delayMs: least + Math.floor(chance(behaviour.seed, "latency", request) * (most - least + 1)),
    failure: luck >= behaviour.failureRate ? "none" : luck < behaviour.failureRate / 2 ? "status" : "silence",
  };
}

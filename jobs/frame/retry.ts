import { setTimeout as sleep } from "node:timers/promises";

export interface RetryOptions {
  /** Tries in all. Default 6. */
  readonly tries?: number;
  /** Milliseconds before the second try; doubles each time, up to `longest`. Default 200. */
  readonly first?: number;
  /** Default 5000. */
  readonly longest?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each pause. */
  readonly onRetry?: (problem: unknown, pause: number) => void;
}

// Connections (08), too many of them (53300), shutdown (57P0x), serialisation and deadlock (40), lock timeout.
const TRANSIENT_STATES = /^(08...|53300|57P0[1-5]|40001|40P01|55P03)$/;
const TRANSIENT_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ENOTFOUND",
]);

/** Whether the same request may well succeed a moment later. */
export function isTransient(problem: unknown): boolean {
  if (!(problem instanceof Error)) return false;
  if (problem instanceof AggregateError && problem.errors.length > 0)
    return problem.errors.every(isTransient);
  const { code } = problem as { code?: unknown };
  if (typeof code === "string") return TRANSIENT_STATES.test(code) || TRANSIENT_CODES.has(code);
  return /^Connection terminated|^Client has encountered a connection error|timeout expired|Client was closed/.test(
    problem.message,
  );
}

/** Repeats work that failed for a transient reason, with growing, jittered pauses. Other errors pass at once. */
export async function retryTransient<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { tries = 6, first = 200, longest = 5000, signal, onRetry } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (problem) {
      if (attempt >= tries || !isTransient(problem)) throw problem;
      const pause = Math.min(longest, first * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      onRetry?.(problem, pause);
      await sleep(pause, undefined, signal === undefined ? {} : { signal });
    }
  }
}

import type { Measurement } from "../baseline/measure";
import { compareQuantile, type Slowdown } from "../baseline/statistics";
import type { Check, JsonValue } from "../frame/result";

export interface Tolerance {
  /** How many times the old figure the new one may be. */
  readonly tolerance: number;
  /** Seconds below which a slowdown is no concern. */
  readonly floor: number;
  /** How sure a slowdown must be before it counts. */
  readonly confidence: number;
}

/** The typical request, and the slow one that customers complain about. */
const SHARES = [0.5, 0.95];

/** Compares measurements with the samples of the baseline, path by path. A path without a baseline only has to answer. */
export function comparePerformance(
  baseline: JsonValue | undefined,
  measurements: readonly Measurement[],
  limits: Tolerance,
): Check[] {
  return measurements.map((measured) => {
    const name = `performance-${measured.name}`;
    if (measured.failed > 0)
      return {
        name,
        holds: false,
        value: measured.failed,
        limit: 0,
        detail: `${measured.failed} requests to ${measured.path} failed (${measured.problem ?? ""})`,
      };
    const before = samplesOf(baseline, measured.name);
    if (before.length === 0)
      return { name, holds: true, detail: `there is no baseline of ${measured.name} to compare with` };
    const slowdowns = SHARES.map((share) =>
      compareQuantile(before, measured.samples, share, limits.confidence),
    );
    const worst = slowdowns.filter((one) => isSlower(one, limits));
    return {
      name,
      holds: worst.length === 0,
      value: slowdowns.map(({ share, ratio }) => ({ share, ratio: rounded(ratio) })),
      limit: limits.tolerance,
      detail: slowdowns
        .map(
          ({ share, before: old, after, ratio, atLeast }) =>
            `p${share * 100}: ${rounded(old)} ms before, ${rounded(after)} ms now, ${rounded(ratio)} times, with confidence ${limits.confidence} at least ${rounded(atLeast)} times`,
        )
        .join("; "),
    };
  });
}

const isSlower = ({ before, after, atLeast }: Slowdown, { tolerance, floor }: Tolerance): boolean =>
  atLeast > tolerance && after - before > floor * 1000;

const rounded = (value: number): number => Math.round(value * 100) / 100;

function samplesOf(baseline: JsonValue | undefined, name: string): number[] {
  const one = (baseline as Record<string, { samples?: unknown } | undefined> | undefined)?.[name];
  return Array.isArray(one?.samples) ? one.samples.filter((sample) => typeof sample === "number") : [];
}

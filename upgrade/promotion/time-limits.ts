import type { Duration } from "../../infra/units";

/** Steps whose time limit is computed. Not `install`: its Job stays through the whole upgrade, and another limit would run it again. */
const LIMITED = new Set([
  "precheck",
  "backup",
  "restore-check",
  "baseline",
  "verify",
  "drain",
  "switched",
  "soak",
  "contract",
  "revert",
]);
/** Steps whose work grows with the rows. */
const GROWS = new Set(["backup", "restore-check", "verify", "soak", "contract", "migrate"]);
/** What a step may take beyond the rehearsal before it counts as stuck. */
const RESERVE = 3;
const LEAST_SECONDS = 10 * 60;
const MOST_SECONDS = 7 * 24 * 3600;

/** What a step took in the rehearsal: seconds from the document's start to its end. */
export interface Rehearsed {
  readonly step: string;
  readonly seconds: number;
}

/**
 * Time limits for another stack by what its rehearsal took (D14): three times that, times the rows' ratio where the work
 * grows with them, in whole minutes up from ten minutes. Parameters by path, as the stack file has them.
 */
export function timeLimits(rehearsed: readonly Rehearsed[], rowsRatio: number): Record<string, Duration> {
  const limits: Record<string, Duration> = {};
  for (const { step, seconds } of rehearsed) {
    const path =
      step === "migrate" ? "migration.timeLimit" : LIMITED.has(step) ? `limits.${step}` : undefined;
    if (path === undefined || !Number.isFinite(seconds)) continue;
    const expected = seconds * RESERVE * (GROWS.has(step) ? Math.max(1, rowsRatio) : 1);
    const bounded = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, expected));
    limits[path] = `${Math.ceil(bounded / 60)}m`;
  }
  return limits;
}

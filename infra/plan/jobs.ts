import { versionInNames } from "../../releases/manifest";
import { type Phase, previousStep, type Step, type Strategy } from "../phases";
import type { JobNeed, JobPlan } from "./types";

const NEEDS: Partial<Record<Step, readonly JobNeed[]>> = {
  install: ["role-passwords"],
  backup: ["backup-bucket"],
  "restore-check": ["scratch", "backup-bucket"],
  baseline: ["public-url"],
  verify: ["modules"],
  switched: ["public-url"],
  soak: ["public-url"],
  contract: ["backup-bucket"],
};

interface Situation {
  readonly strategy: Strategy;
  readonly phase: Phase;
  readonly attempt: number;
  readonly current: string;
  readonly next: string | undefined;
  readonly weight: number;
}

/** The Jobs of a phase. Those of earlier phases are gone; what they found stays in the evidence bucket. */
export function planJobs({ strategy, phase, attempt, current, next, weight }: Situation): JobPlan[] {
  const job = (step: Step, release: string, imageOf: string, count = attempt): JobPlan => ({
    step,
    release,
    attempt: count,
    name: `${step}-${versionInNames(release)}-${count}`,
    imageOf,
    database: step === "install" ? "administrator" : "migrator",
    previous: previousStep(step),
    needs: NEEDS[step] ?? [],
  });
  // Installing happens once for a release, whatever is tried again: the counter would install beside a running one.
  const install = (release: string): JobPlan => job("install", release, release, 1);
  const ofCurrent = phase === "complete" ? [] : [install(current)];
  if (next === undefined) return ofCurrent;
  const upgrade = (step: Step, release = next): JobPlan => job(step, release, next);
  const stopped = strategy === "maintenance";
  switch (phase) {
    case "steady":
      return ofCurrent;
    case "prepared":
      return [
        ...ofCurrent,
        ...(["precheck", "backup", "restore-check", "baseline"] as const).map((step) => upgrade(step)),
      ];
    case "migrated":
      return [
        ...ofCurrent,
        ...(stopped ? [upgrade("drain", current)] : []),
        install(next),
        upgrade("migrate"),
      ];
    case "staged":
      return [...ofCurrent, install(next), upgrade("drain"), upgrade("verify")];
    case "live":
      return [
        ...ofCurrent,
        install(next),
        upgrade("drain", current),
        // Only when every customer is on the next release is there something to record.
        ...(weight === 100 ? [upgrade("switched")] : []),
      ];
    case "complete":
      return [install(next), upgrade("soak"), upgrade("contract")];
    case "reverted":
      return [...ofCurrent, upgrade("drain"), upgrade("revert")];
  }
}

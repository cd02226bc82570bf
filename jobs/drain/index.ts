import { setTimeout as sleep } from "node:timers/promises";
import type { JobContext } from "../frame/context";
import { StepProblem } from "../frame/problems";
import { conclude, type Step } from "../frame/result";

/** Seconds between two looks. */
const PAUSE = 0.5;

/**
 * Nothing is in flight in the workers of `RELEASE`: each worker's `inFlight` query returns 0, and goes on returning 0 for
 * a while, as a worker may be between taking work and noting that it did.
 */
export const drain: Step = async (context) => {
  const { environment, releases, parameters, progress, now, signal } = context;
  const { limit, quiet } = parameters.verification.drain;
  const workers = releases.manifest(environment.release).modules.filter(({ kind }) => kind === "worker");
  // Going back before the data model was installed: what is not there has nothing in flight.
  if (!(await installed(context))) return conclude(NOTHING_INSTALLED);
  const started = now().getTime();
  const seconds = (): number => (now().getTime() - started) / 1000;
  let quietSince: number | undefined;
  for (;;) {
    const inFlight = new Map<string, number>();
    for (const worker of workers)
      inFlight.set(worker.name, await count(context, worker.name, worker.inFlight ?? ""));
    const total = [...inFlight.values()].reduce((sum, one) => sum + one, 0);
    quietSince = total === 0 ? (quietSince ?? seconds()) : undefined;
    const drained = quietSince !== undefined && seconds() - quietSince >= quiet;
    if (drained || seconds() >= limit) {
      return conclude({
        checks: [...inFlight].map(([name, value]) => ({
          name: `drained-${name}`,
          holds: drained || (value === 0 && total > 0),
          value,
          limit: 0,
          detail:
            value === 0
              ? "nothing is in flight"
              : `${value} pieces of work are in flight after ${limit} s; look at the logs of ${name}, or raise verification.drain.limit`,
        })),
        passed: `nothing is in flight in ${workers.length} workers of ${environment.release}`,
        failed: "work is still in flight",
        figures: { seconds: seconds(), inFlight: Object.fromEntries(inFlight) },
      });
    }
    progress.count("pieces of work in flight", total);
    await sleep(PAUSE * 1000, undefined, { signal });
  }
};

const NOTHING_INSTALLED = {
  checks: [],
  passed: "the data model is not installed, so nothing is in flight",
  failed: "",
  figures: {},
};

async function installed({ database, environment, releases }: JobContext): Promise<boolean> {
  const { schema } = releases.manifest(environment.release).dataModel;
  const [row] = await database.query<{ there: boolean }>("SELECT to_regnamespace($1) IS NOT NULL AS there", [
    schema,
  ]);
  return row?.there === true;
}

async function count({ database }: JobContext, worker: string, query: string): Promise<number> {
  const rows = await database.query<Record<string, unknown>>(query);
  const value = Number(Object.values(rows[0] ?? {})[0]);
  if (!Number.isFinite(value))
    throw new StepProblem(`the inFlight query of ${worker} returned no number; repair the manifest`);
  return value;
}

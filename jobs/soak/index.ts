import { setTimeout as sleep } from "node:timers/promises";
import { loadChecks } from "../../releases/checks";
import { roleOf } from "../../releases/manifest";
import { figuresOf, measure } from "../baseline/measure";
import type { JobContext } from "../frame/context";
import { StepProblem } from "../frame/problems";
import { type Check, conclude, type JsonValue, type Step } from "../frame/result";
import { comparePerformance } from "../verify/compare-performance";
import { checkReleaseInvariants } from "../verify/invariants";
import { compareReleases } from "../verify/models";

/**
 * The new release has served long enough and everything still agrees: what must be true before the old release may go
 * (D3). Until then the old release stays warm, so its sessions are only counted here; `contract`, which runs after the
 * old release was scaled to zero, refuses while there is one. It waits for the last seconds of the period, as whoever
 * starts it cannot tell how long a Job takes to begin; run earlier it says when it may run.
 */
export const soak: Step = async (context) => {
  const { environment, releases, progress } = context;
  const period = await checkPeriod(context);
  // Without the period the rest is only load on the database.
  if (!period.holds)
    return conclude({ checks: [period], passed: "", failed: "it is too early to give up the old model" });

  const contracted = await context.evidence("contract");
  if (contracted?.verdict === "passed" && contracted.release === environment.release) {
    return conclude({
      checks: [period, { name: "old-model-removed", holds: true, value: contracted.finishedAt }],
      passed: `${environment.release} has soaked, and the old model was removed already`,
      failed: "",
    });
  }
  const { schema } = releases.manifest(environment.release).dataModel;
  progress.say("checking invariants");
  const invariants = await checkReleaseInvariants(context, environment.release);
  progress.say("taking figures at the public address");
  const figures = await takeFigures(context, schema);
  progress.say("comparing both data models");
  const models = await compareReleases(context);
  return conclude({
    checks: [period, ...invariants, ...figures.checks, ...models.checks],
    passed: `${environment.release} has soaked, and the old model agrees with the new one`,
    failed: "the old model may not go yet",
    figures: {
      responseTimes: figures.figures,
      models: models.figures,
      oldSessions: await oldSessions(context),
    },
  });
};

/** Seconds of the period that the Job waits for itself. */
const PATIENCE = 10;

async function checkPeriod(context: JobContext): Promise<Check> {
  const { parameters, environment, now, signal, progress } = context;
  const { period } = parameters.soak;
  const evidence = await context.evidence("switched");
  if (evidence === undefined || evidence.verdict !== "passed")
    throw new StepProblem(
      "there is no passed evidence of switched, so nobody knows since when the new release serves; run it first",
    );
  if (evidence.release !== environment.release)
    throw new StepProblem(
      `the evidence of switched is about ${evidence.release}, not about ${environment.release}`,
    );
  const since = new Date(evidence.finishedAt);
  const due = new Date(since.getTime() + period * 1000);
  const left = due.getTime() - now().getTime();
  if (left > 0 && left <= PATIENCE * 1000) {
    progress.say(`waiting until ${due.toISOString()}`);
    // A timer may ring a moment early.
    await sleep(left + 10, undefined, { signal });
  }
  const seconds = (now().getTime() - since.getTime()) / 1000;
  const holds = seconds >= period;
  return {
    name: "soak-period",
    holds,
    value: Math.floor(seconds),
    limit: period,
    detail: holds
      ? `serving since ${since.toISOString()}`
      : `serving since ${since.toISOString()}; run again after ${due.toISOString()}`,
  };
}

/** Sessions of the old release's role, by program. */
async function oldSessions({ environment, database }: JobContext): Promise<{ [program: string]: number }> {
  const rows = await database.query<{ program: string; sessions: number }>(
    `SELECT coalesce(nullif(application_name, ''), 'unnamed') AS program, count(*)::int AS sessions
       FROM pg_stat_activity WHERE usename = $1 GROUP BY 1 ORDER BY 1`,
    [roleOf(environment.currentRelease)],
  );
  return Object.fromEntries(rows.map(({ program, sessions }) => [program, sessions]));
}

async function takeFigures(
  context: JobContext,
  schema: string,
): Promise<{ checks: Check[]; figures: { [name: string]: JsonValue } }> {
  const { environment, releases, database, parameters, signal } = context;
  const address = environment.publicUrl;
  if (address === undefined) throw new StepProblem("PUBLIC_URL is missing");
  const { performance } = parameters.verification;
  const measurements = await database.withConnection(async (client) => {
    await client.query("SELECT set_config('search_path', $1, false)", [schema]);
    return measure({
      paths: loadChecks(releases.directory, environment.release).performance,
      base: () => address,
      samples: performance.samples,
      client,
      signal,
    });
  });
  const failed = measurements.reduce((sum, one) => sum + one.failed, 0);
  const asked = failed + measurements.reduce((sum, one) => sum + one.samples.length, 0);
  const share = asked === 0 ? 1 : failed / asked;
  const { errorShare } = parameters.soak;
  const baseline = await context.evidence("baseline");
  return {
    checks: [
      {
        name: "error-share",
        holds: share <= errorShare,
        value: share,
        limit: errorShare,
        detail: `${failed} of ${asked} requests failed at ${address}`,
      },
      ...comparePerformance(
        baseline?.figures.responseTimes as JsonValue | undefined,
        // Failures are judged as a share above.
        measurements.map((one) => ({ ...one, failed: 0 })),
        performance,
      ),
    ],
    figures: figuresOf(measurements),
  };
}

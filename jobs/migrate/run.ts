import type pg from "pg";
import { ReleaseProblem } from "../../releases/load";
import type { Database } from "../frame/database";
import { StepProblem } from "../frame/problems";
import { type Comparison, compare } from "../reconcile/compare";
import { checkInvariants, type InvariantResult } from "../reconcile/invariants";
import { type Authority, recheck, repair } from "../reconcile/repair";
import { type BackfillResult, backfill } from "./backfill/backfill";
import { readMigration, setState } from "./bookkeeping";
import { sampleWayBack } from "./declarations/sample";
import { expand } from "./expand/expand";
import { settle, statementsAtOnce } from "./expand/settle";
import { finishModel } from "./finish";
import { holdLock, type Opened, open, requireSame, type Subject } from "./open";
import { limitsOf, type MigrationSettings } from "./settings";
import { BOOK } from "./sql/names";

export interface RunOptions {
  readonly database: Database;
  readonly subject: Subject;
  readonly settings: MigrationSettings;
  /** How often to try, half a second apart, while another copy holds the lock. Default 20. */
  readonly lockTries?: number;
  readonly signal?: AbortSignal | undefined;
  readonly say: (message: string) => void;
  readonly count: (message: string, done: number, total?: number) => void;
}

export interface RunResult {
  readonly opened: Opened;
  readonly backfill: BackfillResult;
  readonly comparison: Comparison;
  /** Source rows that were written again after the first comparison. */
  readonly repaired: number;
  readonly found: Comparison["differences"];
  readonly invariants: readonly InvariantResult[];
  readonly seconds: number;
}

/** From nothing, or from wherever an earlier run ended, to two models that are synchronised and equal. */
export async function migrateAll(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const { database, settings, say, signal } = options;
  const lead = await holdLock(database, options.lockTries);
  try {
    const opened = await open(lead, options.subject);
    requireSame(opened);
    if (opened.migration?.state === "contracting")
      throw new StepProblem("the old model is being removed; let the step contract finish");
    const patience = {
      lockTimeout: settings.lockTimeout * 1000,
      signal,
      onRetry: () =>
        say("customers hold a lock that a change of the schema needs; giving way and trying again"),
    };
    if (opened.migration === undefined) {
      await requireEmpty(lead, opened);
      say("trying the declarations on rows that are there");
      const problems = await sampleWayBack(lead, opened.model);
      if (problems.length > 0) throw new ReleaseProblem(problems);
    }
    const before = await statementsAtOnce(lead, { signal });
    await expand(lead, { ...opened, patience, say });
    await settle(lead, before, signal);
    await setState(lead, "loading");
    say("loading");
    const loaded = await backfill({
      database,
      model: opened.model,
      limits: limitsOf(settings),
      signal,
      say,
      count: (source, done, total) => options.count(`loading ${source}`, done, total),
    });
    await setState(lead, "finishing");
    await finishModel(lead, opened.model, patience, say);
    await setState(lead, "comparing");
    await recheck(database, opened.model);
    const compared = await compareAndRepair(options, opened, "old");
    await noteComparison(lead, compared);
    if (compared.comparison.equal) await setState(lead, "synchronised");
    return { opened, backfill: loaded, ...compared, seconds: (performance.now() - began) / 1000 };
  } finally {
    await lead.end().catch(() => undefined);
  }
}

/** Compares; where that finds differences, repairs them and compares once more. */
export async function compareAndRepair(
  options: Pick<RunOptions, "database" | "subject" | "settings" | "signal" | "say" | "count">,
  opened: Opened,
  authority: Authority,
): Promise<Pick<RunResult, "comparison" | "found" | "repaired" | "invariants">> {
  const { database, settings, signal, say } = options;
  let invariants: InvariantResult[] = [];
  const shared = {
    database,
    model: opened.model,
    parallel: settings.parallel,
    limits: limitsOf(settings),
    signal,
    count: (source: string, done: number, total: number) => options.count(`comparing ${source}`, done, total),
    inSnapshot: async (client: pg.ClientBase) => {
      const { releasesDirectory, to } = options.subject;
      const since = (await readMigration(client))?.started_at ?? new Date();
      invariants = await checkInvariants(client, releasesDirectory, to.version, to.dataModel.schema, since);
    },
  };
  say("comparing both models");
  const first = await compare(shared);
  if (first.equal) return { comparison: first, found: [], repaired: 0, invariants };
  say(`${first.differences.length} rows differ; writing them again from the ${authority} model`);
  const repaired = await repair(database, opened.model, first.differences, authority);
  // All of them: a row that is there again may make rows of other sources differ that refer to it.
  const comparison = await compare(shared);
  return { comparison, found: first.differences, repaired, invariants };
}

/** Keeps what the full comparison found, where the scheduled one goes on. */
async function noteComparison(
  client: pg.ClientBase,
  { comparison, found }: Pick<RunResult, "comparison" | "found">,
): Promise<void> {
  for (const one of comparison.sources) {
    const differed = found.filter(({ source }) => source === one.source).length;
    await client.query(
      `INSERT INTO ${BOOK}.comparison (source, state, rows, differences, compared_at) VALUES ($1, $2, $3, $4, now())
       ON CONFLICT (source) DO UPDATE SET state = excluded.state, rows = excluded.rows, differences = excluded.differences, compared_at = now()`,
      [one.source, one.state === "equal" && differed > 0 ? "repaired" : one.state, one.rows, differed],
    );
  }
}

async function requireEmpty(client: pg.ClientBase, opened: Opened): Promise<void> {
  const full: string[] = [];
  for (const source of opened.model.sources)
    for (const target of source.targets) {
      const { rows } = await client.query<{ found: boolean }>(
        `SELECT EXISTS (SELECT FROM "${target.schema}"."${target.table}") AS found`,
      );
      if (rows[0]?.found === true) full.push(`${target.schema}.${target.table}`);
    }
  if (full.length > 0)
    throw new StepProblem(
      `the new model holds rows already (${full.join(", ")}) though no migration has begun; revert, or empty it, and run install again`,
    );
}

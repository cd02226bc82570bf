import type pg from "pg";
import type { JsonValue } from "../frame/result";
import { targetTables } from "./expand/apart";
import type { RunResult } from "./run";
import { BOOK } from "./sql/names";

/** What a finished migration has to say for itself; the report and the evidence are made of it. */
export interface MigrationFigures {
  readonly rows: number;
  readonly migrated: number;
  readonly merged: number;
  readonly quarantined: number;
  readonly different: number;
  readonly repaired: number;
  readonly seconds: number;
  readonly loadSeconds: number;
  readonly compareSeconds: number;
  readonly rate: number;
  readonly chunks: number;
  readonly chunksRedone: number;
  readonly databaseBytes: number;
  readonly dataSets: readonly DataSetFigures[];
  readonly cleaned: readonly { readonly source: string; readonly rule: string; readonly rows: number }[];
  readonly setAside: readonly SetAside[];
  readonly decisions: readonly Decision[];
  readonly invariants: readonly { readonly name: string; readonly what: string; readonly broken: number }[];
}

export interface DataSetFigures {
  readonly dataSet: string;
  readonly source: string;
  readonly state: string;
  readonly rows: number;
  readonly migrated: number;
  readonly merged: number;
  readonly quarantined: number;
  readonly different: number;
  readonly loadSeconds: number;
  readonly compareSeconds: number;
}

interface SetAside {
  readonly source: string;
  readonly rule: string;
  readonly reason: string;
  readonly rows: number;
  /** Keys of some of the rows. */
  readonly samples: readonly string[];
}

interface Decision {
  readonly at: string;
  readonly chunkRows: number;
  readonly pause: number;
  readonly parallel: number;
  readonly reason: string;
}

/** Reads the ledger of a migration and joins it with what the run found. */
export async function collectFigures(client: pg.ClientBase, run: RunResult): Promise<MigrationFigures> {
  const loads = await client.query<{ source: string; seconds: number }>(
    `SELECT source, COALESCE(extract(epoch FROM finished_at - started_at), 0)::float8 AS seconds FROM ${BOOK}.load`,
  );
  const total = await client.query<{ rows: string; chunks: number; redone: number; seconds: number | null }>(
    `SELECT COALESCE(sum(rows), 0) AS rows, count(*)::int AS chunks, COALESCE(sum(claims - 1), 0)::int AS redone,
            extract(epoch FROM max(finished_at) - (SELECT min(started_at) FROM ${BOOK}.load))::float8 AS seconds FROM ${BOOK}.chunk`,
  );
  const cleaned = await client.query<{ source: string; rule: string; rows: number }>(
    `SELECT c.source, f.key AS rule, sum(f.value::bigint)::int AS rows FROM ${BOOK}.chunk c, jsonb_each_text(c.fixed) f
      GROUP BY 1, 2 HAVING sum(f.value::bigint) > 0 ORDER BY 1, 2`,
  );
  const aside = await client.query<SetAside>(
    `SELECT source, rule, min(reason) AS reason, count(*)::int AS rows, (array_agg(key ORDER BY found_at, key))[1:5] AS samples
       FROM ${BOOK}.quarantine GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const decisions = await client.query<{
    at: Date;
    chunk_rows: number;
    pause_ms: number;
    parallel: number;
    reason: string;
  }>(`SELECT * FROM ${BOOK}.decision ORDER BY at LIMIT 200`);
  const size = await client.query<{ bytes: string }>(
    "SELECT COALESCE(sum(pg_total_relation_size(t::regclass)), 0) AS bytes FROM unnest($1::text[]) t",
    [targetTables(run.opened.model)],
  );
  const ledger = total.rows[0];
  const loadSeconds = ledger?.seconds ?? run.backfill.seconds;
  const sources = run.comparison.sources;
  const sum = (pick: (one: (typeof sources)[number]) => number): number =>
    sources.reduce((all, one) => all + pick(one), 0);
  return {
    rows: sum(({ rows }) => rows),
    migrated: sum(({ migrated }) => migrated),
    merged: sum(({ merged }) => merged),
    quarantined: sum(({ quarantined }) => quarantined),
    different: run.comparison.differences.length,
    repaired: run.repaired,
    seconds: run.seconds,
    loadSeconds,
    compareSeconds: run.comparison.seconds,
    rate: loadSeconds > 0 ? Math.round(Number(ledger?.rows ?? 0) / loadSeconds) : 0,
    chunks: ledger?.chunks ?? 0,
    chunksRedone: ledger?.redone ?? 0,
    databaseBytes: Number(size.rows[0]?.bytes ?? 0),
    dataSets: sources.map((one) => ({
      dataSet: one.dataSet,
      source: one.source,
      state:
        run.found.some(({ source }) => source === one.source) && one.state === "equal"
          ? "repaired"
          : one.state,
      rows: one.rows,
      migrated: one.migrated,
      merged: one.merged,
      quarantined: one.quarantined,
      different: run.found.filter(({ source }) => source === one.source).length,
      loadSeconds: loads.rows.find(({ source }) => source === one.source)?.seconds ?? 0,
      compareSeconds: one.seconds,
    })),
    cleaned: cleaned.rows,
    setAside: aside.rows,
    decisions: decisions.rows.map((one) => ({
      at: one.at.toISOString(),
      chunkRows: one.chunk_rows,
      pause: one.pause_ms,
      parallel: one.parallel,
      reason: one.reason,
    })),
    invariants: run.invariants.map(({ name, what, broken }) => ({ name, what, broken })),
  };
}

export const asJson = (figures: MigrationFigures): { readonly [name: string]: JsonValue } =>
  JSON.parse(JSON.stringify(figures));

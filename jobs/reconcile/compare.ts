import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Database } from "../frame/database";
import type { Model, Source } from "../migrate/declarations/model";
import { always, atPace, type Pacing } from "../migrate/pace/pacer";
import type { Limits } from "../migrate/pace/throttle";
import { backendOf } from "../migrate/session";
import { comparisonStatement } from "../migrate/sql/comparison";
import { BOOK, identifier, literal, PLANS, sourceTable } from "../migrate/sql/names";
import { boundsOf, type Range } from "../migrate/sql/range";
import { type Difference, descend } from "./descend";
import { rangesOf } from "./ranges";

/** What a comparison found about one source. `rows` = `migrated` + `merged` + `quarantined` when the counts add up. */
export interface Compared {
  readonly source: string;
  readonly dataSet: string;
  readonly state: "equal" | "different";
  readonly rows: number;
  readonly migrated: number;
  readonly merged: number;
  readonly quarantined: number;
  readonly chunks: number;
  readonly unequalChunks: number;
  readonly addsUp: boolean;
  /** Rows a rule sets aside that are missing in the quarantine. */
  readonly unheeded: number;
  /** Where a part that was limited by `window` ended; null at the end of the source. */
  readonly next: string | null;
  readonly seconds: number;
}

export interface Comparison {
  readonly sources: readonly Compared[];
  readonly differences: readonly Difference[];
  readonly equal: boolean;
  readonly seconds: number;
}

export interface CompareOptions {
  readonly database: Database;
  readonly model: Model;
  readonly parallel: number;
  /** When to give way to customers. Default: never. */
  readonly limits?: Limits | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Rows of a range that is hashed at a time, at most. Default 20,000; in a sample 4,000, so that small sources are sampled too. */
  readonly chunkRows?: number;
  /** Sources to look at. Default: all. */
  readonly only?: readonly string[];
  /** Of each source, the share of ranges to look at, 0 to 1. Default 1. Evenly over the keys, the first and the last always. */
  readonly sample?: number;
  /** Of each source, only this part: where to begin (null: at the beginning) and how many rows at most. */
  readonly window?: { readonly first: string | null; readonly rows: number };
  readonly count?: (source: string, done: number, total: number) => void;
  /** Runs on a connection that sees the very snapshot that was compared. */
  readonly inSnapshot?: (client: pg.ClientBase) => Promise<void>;
}

interface Side {
  relation: string;
  side: "source" | "target" | "rows" | "unheeded";
  rows: string;
  hash: string | null;
}

/** Differences that are described; there may be more. */
const DESCRIBED = 1000;

/** Nobody waits for a range to be compared, only for a core; so it may have more rows than a chunk that is loaded. */
const GENTLE = { smallest: 200, chunkSeconds: 4 };
/** Milliseconds between two looks at the live system: a comparison is soon over. */
const INTERVAL = 250;

/**
 * Compares both models in one snapshot: as triggers write both sides in one transaction, live writes cause no false
 * alarm. Ranges are hashed in parallel; only those that differ are looked at row by row.
 */
export function compare(options: CompareOptions): Promise<Comparison> {
  const { database, signal, parallel, limits, sample = 1 } = options;
  const usual = options.chunkRows ?? (sample < 1 ? 4_000 : 20_000);
  if (limits === undefined) return comparePaced(options, always({ chunkRows: usual, pause: 0, parallel }));
  const own = { ...limits, ...GENTLE, parallel, usual, largest: usual };
  return atPace({ database, signal, limits: own, interval: INTERVAL, keep: false }, (pacer) =>
    comparePaced(options, pacer),
  );
}

async function comparePaced(options: CompareOptions, pacing: Pacing): Promise<Comparison> {
  const began = performance.now();
  const { database, model, parallel, signal } = options;
  const chosen = model.sources.filter(({ table }) => options.only?.includes(table) ?? true);
  const lead = await database.connect({ statementTimeout: 0, lockTimeout: 10_000 });
  const others: pg.Client[] = [];
  try {
    await lead.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await tune(lead);
    const exported = await lead.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
    const snapshot = exported.rows[0]?.id ?? "";
    for (let index = 0; index < parallel; index += 1) {
      const client = await database.connect({ statementTimeout: 0, lockTimeout: 10_000 });
      others.push(client);
      pacing.own(backendOf(client));
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      await client.query(`SET TRANSACTION SNAPSHOT ${literal(snapshot)}`);
      await tune(client);
    }
    const sources: Compared[] = [];
    const differences: Difference[] = [];
    for (const source of chosen) {
      signal?.throwIfAborted();
      const found = await compareSource(source, lead, others, pacing, options);
      sources.push(found.compared);
      differences.push(...found.differences.slice(0, DESCRIBED - differences.length));
    }
    await options.inSnapshot?.(lead);
    return {
      sources,
      differences,
      equal: sources.every(({ state }) => state === "equal"),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await Promise.all([lead, ...others].map((client) => client.end().catch(() => undefined)));
  }
}

const tune = (client: pg.ClientBase) => client.query(PLANS);

async function compareSource(
  source: Source,
  lead: pg.ClientBase,
  workers: readonly pg.Client[],
  pacing: Pacing,
  options: CompareOptions,
): Promise<{ compared: Compared; differences: Difference[] }> {
  const began = performance.now();
  const totals = { rows: 0, migrated: 0, merged: 0, chunks: 0, unheeded: 0 };
  const unequal: { range: Range; relations: string[] }[] = [];
  let end: string | null = null;
  const ranges = rangesOf(source, lead, {
    sample: options.sample,
    window: options.window,
    rows: () => pacing.pace.chunkRows,
    ended: (beyond) => {
      end = beyond;
    },
  });
  const total = await estimatedRows(lead, source);
  // One generator feeds all workers; a claim waits for the one before.
  let turn: Promise<IteratorResult<Range>> = Promise.resolve({
    done: false,
    value: { first: null, beyond: null },
  });
  const next = (): Promise<IteratorResult<Range>> => {
    turn = turn.then(() => ranges.next());
    return turn;
  };
  let over = false;
  const work = async (client: pg.Client, index: number): Promise<void> => {
    while (!over) {
      options.signal?.throwIfAborted();
      if (index >= pacing.pace.parallel) {
        await sleep(20);
        continue;
      }
      const step = await next();
      if (step.done === true) return;
      const range = step.value;
      const asked = performance.now();
      const { rows } = await client.query<Side>(comparisonStatement(source, range), boundsOf(range));
      pacing.took((performance.now() - asked) / 1000);
      totals.chunks += 1;
      totals.rows += countOf(rows, "", "rows");
      totals.unheeded += countOf(rows, "", "unheeded");
      totals.migrated += countOf(rows, source.targets[0]?.table ?? "", "target");
      if (source.merge !== undefined) totals.merged += countOf(rows, source.merge.aliases, "target");
      const relations = source.targets
        .map(({ table }) => table)
        .filter((table) => !sameOnBothSides(rows, table));
      if (relations.length > 0) unequal.push({ range, relations });
      options.count?.(source.table, totals.rows, Math.max(total, totals.rows));
      await pacing.rest();
    }
  };
  await Promise.all(
    workers.map((client, index) =>
      work(client, index).finally(() => {
        over = true;
      }),
    ),
  );
  const differences: Difference[] = [];
  for (const { range, relations } of unequal)
    for (const relation of relations) {
      if (differences.length >= DESCRIBED) break;
      differences.push(...(await descend(lead, source, relation, range)));
    }
  const quarantined = await quarantinedRows(lead, source);
  const whole = (options.sample ?? 1) === 1 && options.window === undefined;
  const addsUp = !whole || totals.rows === totals.migrated + totals.merged + quarantined;
  return {
    differences,
    compared: {
      source: source.table,
      dataSet: source.dataSet,
      state: unequal.length === 0 && addsUp && totals.unheeded === 0 ? "equal" : "different",
      ...totals,
      quarantined,
      unequalChunks: unequal.length,
      addsUp,
      next: end,
      seconds: (performance.now() - began) / 1000,
    },
  };
}

const countOf = (rows: readonly Side[], relation: string, side: Side["side"]): number =>
  Number(rows.find((row) => row.relation === relation && row.side === side)?.rows ?? 0);

function sameOnBothSides(rows: readonly Side[], relation: string): boolean {
  const of = (side: Side["side"]) => rows.find((row) => row.relation === relation && row.side === side);
  const [old, now] = [of("source"), of("target")];
  return old !== undefined && now !== undefined && old.rows === now.rows && old.hash === now.hash;
}

async function estimatedRows(client: pg.ClientBase, source: Source): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(
    "SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1::regclass",
    [sourceTable(source)],
  );
  return Math.round(rows[0]?.rows ?? 0);
}

/** Rows of the old model in the quarantine; what was set aside on the way back has no part in the sum. */
async function quarantinedRows(client: pg.ClientBase, source: Source): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(DISTINCT q.key) AS count FROM ${BOOK}.quarantine q
      WHERE q.source = $1 AND EXISTS (SELECT FROM ${sourceTable(source)} s WHERE s.${identifier(source.key)} = q.key::${source.keyType})`,
    [source.table],
  );
  return Number(rows[0]?.count ?? 0);
}

import type pg from "pg";
import type { Source } from "../declarations/model";
import { inTransaction } from "../session";
import { BUCKET_BITS, lockClass } from "../sql/buckets";
import { loadStatement } from "../sql/load";
import { forwardFunction, GUARD, identifier, PLANS, sourceTable, targetTable } from "../sql/names";
import { boundsOf, inRange, type Range, shapeOf } from "../sql/range";
import { type Chunk, type ChunkResult, finishChunk } from "./ledger";

interface Loaded {
  source: number;
  aside: number;
  written: Record<string, number>;
  fixed: Record<string, number>;
}

/** Milliseconds to wait for writers that are at work in the range; new ones wait behind the chunk meanwhile. */
const LOCK_PATIENCE = 250;
const BEGIN = `BEGIN; SET LOCAL ${GUARD} = 'on'; SET LOCAL lock_timeout = ${LOCK_PATIENCE}; SET LOCAL synchronous_commit = off; ${PLANS}`;
/** Rows of a chunk whose statement takes longer to plan than to run: its plan is kept, for any range. */
const FEW = 200;
/**
 * A plan for any range is made for the two hundredth part of the table. With memory for a large hash it would read whole
 * tables that a rule or a lookup asks, for a handful of rows.
 */
const BEGIN_FEW = `${BEGIN}; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL work_mem = '256kB'`;

/**
 * Loads one chunk and notes it in the ledger, in one transaction. The range is locked against the triggers first, so the
 * rows read are the rows written; see docs/migration.md for the whole argument. A row the statement stumbles over makes
 * the chunk go row by row, on the server, where only that row is set aside.
 */
export async function loadChunk(client: pg.ClientBase, source: Source, chunk: Chunk): Promise<ChunkResult> {
  try {
    return await whileLocked(client, source, chunk, async () => {
      const plan = `${source.number} ${shapeOf(chunk)}`;
      const values = boundsOf(chunk);
      if (source.after.length > 0)
        await client.query({ name: `refresh ${plan}`, text: refresh(source, chunk), values });
      const text = loadStatement(source, chunk);
      const { rows } = await client.query<Loaded>({ name: `load ${plan}`, text, values });
      return rows[0];
    });
  } catch (problem) {
    if (!isDataProblem(problem)) throw problem;
    return whileLocked(client, source, chunk, async () => {
      const { rows } = await client.query<Loaded>(rowByRow(source, chunk), boundsOf(chunk));
      return rows[0];
    });
  }
}

/** One transaction in which nobody else writes the chunk's rows; the chunk's line in the ledger is part of it. */
function whileLocked(
  client: pg.ClientBase,
  source: Source,
  chunk: Chunk,
  load: () => Promise<Loaded | undefined>,
): Promise<ChunkResult> {
  const began = performance.now();
  const work = async (): Promise<ChunkResult> => {
    await lockRange(client, source, chunk);
    const loaded = await load();
    const result = {
      rows: loaded?.source ?? 0,
      aside: loaded?.aside ?? 0,
      written: loaded?.written ?? {},
      fixed: loaded?.fixed ?? {},
      seconds: (performance.now() - began) / 1000,
    };
    await finishChunk(client, chunk, result);
    return result;
  };
  return inTransaction(client, work, (chunk.rows ?? Number.POSITIVE_INFINITY) > FEW ? BEGIN : BEGIN_FEW);
}

async function lockRange(client: pg.ClientBase, source: Source, chunk: Chunk): Promise<void> {
  if (!source.ranged) {
    await client.query({
      name: "lock all",
      text: "SELECT pg_advisory_xact_lock($1, 0)",
      values: [lockClass(source)],
    });
    return;
  }
  await client.query({
    name: "lock range",
    text: `SELECT pg_advisory_xact_lock($1, (b & 2147483647)::integer)
       FROM generate_series($2::bigint >> ${BUCKET_BITS}, ($3::bigint - 1) >> ${BUCKET_BITS}) AS b`,
    values: [lockClass(source), chunk.first, chunk.beyond],
  });
}

/** Rows the triggers wrote before the rows they refer to were there are written again now. */
function refresh(source: Source, range: Range): string {
  const first = source.targets[0];
  if (first === undefined) throw new Error(`${source.table} has no target`);
  return `WITH there AS MATERIALIZED (SELECT ARRAY(SELECT t.${identifier(first.owner)} FROM ${targetTable(first)} t WHERE ${inRange(source, range, "t", first.owner)}) AS list)
  SELECT ${forwardFunction(source)}(list) FROM there WHERE cardinality(list) > 0`;
}

/** Each row by itself, by the function the triggers call. */
const rowByRow = (source: Source, range: Range): string =>
  `WITH keys AS MATERIALIZED (SELECT ARRAY(SELECT s.${identifier(source.key)} FROM ${sourceTable(source)} s WHERE ${inRange(source, range)} ORDER BY 1) AS list)
  SELECT cardinality(list) AS source, 0 AS aside, '{}'::json AS written, '{}'::json AS fixed, ${forwardFunction(source)}(list) FROM keys`;

/** Errors that come from the data, and so come again: they are looked for row by row. */
function isDataProblem(problem: unknown): boolean {
  const code = (problem as { code?: string }).code ?? "";
  return /^(22|23|2F|P0)/.test(code);
}

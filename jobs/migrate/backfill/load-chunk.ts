import type pg from "pg";
import type { Source } from "../declarations/model";
import { inTransaction } from "../session";
import { BUCKET_BITS, lockClass } from "../sql/buckets";
import { inRange, loadStatement } from "../sql/load";
import { forwardFunction, GUARD, identifier, PLANS, sourceTable, targetTable } from "../sql/names";
import { type Chunk, type ChunkResult, finishChunk } from "./ledger";

interface Loaded {
  source: number;
  aside: number;
  written: Record<string, number>;
  fixed: Record<string, number>;
}

/** Milliseconds to wait for writers that are at work in the range; new ones wait behind the chunk meanwhile. */
const LOCK_PATIENCE = 250;

/**
 * Loads one chunk and notes it in the ledger, in one transaction. The range is locked against the triggers first, so the
 * rows read are the rows written; see docs/migration.md for the whole argument. A row the statement stumbles over makes
 * the chunk go row by row, on the server, where only that row is set aside.
 */
export async function loadChunk(client: pg.ClientBase, source: Source, chunk: Chunk): Promise<ChunkResult> {
  const began = performance.now();
  try {
    return await inTransaction(client, async () => {
      await lockRange(client, source, chunk);
      const range = [chunk.first, chunk.beyond];
      if (source.after.length > 0) await client.query(refresh(source), range);
      const { rows } = await client.query<Loaded>(loadStatement(source), range);
      return finish(client, chunk, rows[0], began);
    });
  } catch (problem) {
    if (!isDataProblem(problem)) throw problem;
    return inTransaction(client, async () => {
      await lockRange(client, source, chunk);
      const { rows } = await client.query<Loaded>(
        `WITH keys AS MATERIALIZED (SELECT ARRAY(SELECT s.${identifier(source.key)} FROM ${sourceTable(source)} s WHERE ${inRange(source)} ORDER BY 1) AS list)
         SELECT cardinality(list) AS source, 0 AS aside, '{}'::json AS written, '{}'::json AS fixed, ${forwardFunction(source)}(list) FROM keys`,
        [chunk.first, chunk.beyond],
      );
      return finish(client, chunk, rows[0], began);
    });
  }
}

async function finish(
  client: pg.ClientBase,
  chunk: Chunk,
  loaded: Loaded | undefined,
  began: number,
): Promise<ChunkResult> {
  const result = {
    rows: loaded?.source ?? 0,
    aside: loaded?.aside ?? 0,
    written: loaded?.written ?? {},
    fixed: loaded?.fixed ?? {},
    seconds: (performance.now() - began) / 1000,
  };
  await finishChunk(client, chunk, result);
  return result;
}

async function lockRange(client: pg.ClientBase, source: Source, chunk: Chunk): Promise<void> {
  await client.query(
    `SET LOCAL ${GUARD} = 'on'; SET LOCAL lock_timeout = ${LOCK_PATIENCE}; SET LOCAL synchronous_commit = off; ${PLANS}`,
  );
  if (!source.ranged) {
    await client.query("SELECT pg_advisory_xact_lock($1, 0)", [lockClass(source)]);
    return;
  }
  await client.query(
    `SELECT pg_advisory_xact_lock($1, (b & 2147483647)::integer)
       FROM generate_series($2::bigint >> ${BUCKET_BITS}, ($3::bigint - 1) >> ${BUCKET_BITS}) AS b`,
    [lockClass(source), chunk.first, chunk.beyond],
  );
}

/** Rows the triggers wrote before the rows they refer to were there are written again now. */
function refresh(source: Source): string {
  const first = source.targets[0];
  if (first === undefined) throw new Error(`${source.table} has no target`);
  return `WITH there AS MATERIALIZED (SELECT ARRAY(SELECT t.${identifier(first.owner)} FROM ${targetTable(first)} t WHERE ${inRange(source, "t", first.owner)}) AS list)
  SELECT ${forwardFunction(source)}(list) FROM there WHERE cardinality(list) > 0`;
}

/** Errors that come from the data, and so come again: they are looked for row by row. */
function isDataProblem(problem: unknown): boolean {
  const code = (problem as { code?: string }).code ?? "";
  return /^(22|23|2F|P0)/.test(code);
}

import type pg from "pg";
import { qualified, type Table } from "../backup/tables";
import type { Horizon } from "./row-versions";

const FIRST_NORMAL = 3;

/** The distance from transaction `b` to `a`; both are 32 bits and wrap around. */
export const distance = (a: number, b: number): number => (a - b) | 0;

/**
 * Learns from the copy which transactions it contains.
 *
 * `newest` is the newest transaction that wrote a row of the copy. Every transaction up to it was either finished when
 * the snapshot was taken, or is shown as aborted by the copy, because it was still in flight. Transactions after it are
 * not judged by the copy's own counter, which goes on counting while the copy is used. `finishedBefore`, noted before
 * the snapshot was asked for, closes the gap: everything before it had ended by then, so a copy that is too old fails.
 */
export async function learnHorizon(
  copy: pg.ClientBase,
  tables: readonly Table[],
  finishedBefore: bigint | undefined,
): Promise<Horizon> {
  let newest: number | undefined;
  for (const table of tables) {
    const { rows } = await copy.query<{ xmin: string | null }>(
      `SELECT xmin::text FROM ${qualified(table)} WHERE age(xmin) >= 0 ORDER BY age(xmin) LIMIT 1`,
    );
    const xmin = rows[0]?.xmin;
    if (xmin === undefined || xmin === null) continue;
    if (newest === undefined || distance(Number(xmin), newest) > 0) newest = Number(xmin);
  }
  const finished = finishedBefore === undefined ? undefined : Number(BigInt.asUintN(32, finishedBefore));
  return {
    mustContain(xmin) {
      if (xmin < FIRST_NORMAL) return true;
      if (finished !== undefined && distance(xmin, finished) < 0) return true;
      return newest !== undefined && distance(xmin, newest) <= 0;
    },
  };
}

/** Those of the given transactions that the copy shows as aborted: the snapshot was taken while they were in flight. */
export async function inFlightAtSnapshot(
  copy: pg.ClientBase,
  xmins: readonly number[],
): Promise<Set<number>> {
  const { rows } = await copy.query<{ xmin: string }>(
    `WITH bounds AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
     SELECT x::text AS xmin FROM bounds, unnest($1::bigint[]) AS x
      -- A transaction the copy has never heard of is not in flight there; asking for it would be an error.
      WHERE CASE WHEN ((next - x) & 4294967295) BETWEEN 1 AND 2147483647
                 THEN pg_xact_status((next - ((next - x) & 4294967295))::text::xid8) = 'aborted'
                 ELSE false END`,
    [xmins.filter((xmin) => xmin >= FIRST_NORMAL)],
  );
  return new Set(rows.map(({ xmin }) => Number(xmin)));
}

import type pg from "pg";
import { qualified, type Table } from "../backup/tables";
import { identifier } from "../frame/database";

/** Rows that share a number; what is known of them without looking at each. */
interface Bucket {
  readonly rows: number;
  readonly digest: string;
}

/** Small enough that a few changed rows lead to few others, large enough that a server holds all sums in memory. */
const ROWS_IN_A_BUCKET = 16;
const MOST_BUCKETS = 65_536;

/** How many buckets a table of so many rows is looked at in: a power of two. */
export const bucketsFor = (rows: number): number =>
  2 ** Math.ceil(Math.log2(Math.min(MOST_BUCKETS, Math.max(2, rows / ROWS_IN_A_BUCKET))));

/**
 * The bucket of a row, the same in each copy of it: it depends on the key alone. The table must be named `source`. Both
 * servers have to hash alike, as a server and the restored snapshot of its disk do.
 */
export const bucketOf = (table: Table, buckets: number): string =>
  `hashtextextended(ROW(${table.key.map(({ name }) => `source.${identifier(name)}`).join(", ")})::text, 0) & ${buckets - 1}`;

/** Buckets of which one copy holds other row versions than the other, and the rows of all that agree. */
export async function differingBuckets(
  original: pg.ClientBase,
  copy: pg.ClientBase,
  table: Table,
  buckets: number,
): Promise<{ readonly differing: readonly number[]; readonly agreeing: number }> {
  const [ours, theirs] = await Promise.all([
    digests(original, table, buckets),
    digests(copy, table, buckets),
  ]);
  const differing: number[] = [];
  let agreeing = 0;
  for (const bucket of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [ours.get(bucket), theirs.get(bucket)];
    if (one !== undefined && one.rows === other?.rows && one.digest === other.digest) agreeing += one.rows;
    else differing.push(bucket);
  }
  return { differing, agreeing };
}

/** A version is its content and the transaction that wrote it; the sum does not depend on the order of rows. */
async function digests(client: pg.ClientBase, table: Table, buckets: number): Promise<Map<number, Bucket>> {
  const columns = table.columns.map((column) => `source.${identifier(column)}`).join(", ");
  const { rows } = await client.query<{ bucket: string; rows: string; digest: string }>(
    `SELECT ${bucketOf(table, buckets)} AS bucket, count(*) AS rows,
            sum(hashtextextended(ROW(source.xmin, ${columns})::text, 0)) AS digest
       FROM ${qualified(table)} AS source GROUP BY 1`,
  );
  return new Map(
    rows.map(({ bucket, rows: count, digest }) => [Number(bucket), { rows: Number(count), digest }]),
  );
}

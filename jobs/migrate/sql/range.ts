import type { Source } from "../declarations/model";
import { identifier, sourceTable } from "./names";

/** A range of keys: the first of it, and the first after it; null is no limit. */
export interface Range {
  readonly first: string | null;
  readonly beyond: string | null;
}

export const EVERYTHING: Range = { first: null, beyond: null };

/** What `$1` and `$2` stand for in a statement over a range. */
export const boundsOf = ({ first, beyond }: Range): [string | null, string | null] => [first, beyond];

/**
 * Condition of the rows of a range; `$1` and `$2` are its limits. Only limits there are make conditions on rows: with
 * `$1 IS NULL OR …` a plan that is kept for any limits would read the whole index each time.
 */
export function inRange(source: Source, range: Range, alias = "s", column = source.key): string {
  const name = `${alias}.${identifier(column)}`;
  const first = `$1::${source.keyType}`;
  const beyond = `$2::${source.keyType}`;
  return [
    range.first === null ? `${first} IS NULL` : `${name} >= ${first}`,
    range.beyond === null ? `${beyond} IS NULL` : `${name} < ${beyond}`,
  ].join(" AND ");
}

/** What ranges have in common over which a statement has the same text, and so may keep its plan. */
export const shapeOf = ({ first, beyond }: Range): string =>
  `${first === null ? "from the beginning" : "from a key"} ${beyond === null ? "to the end" : "to a key"}`;

/**
 * The key that begins the next range: `$1` is where this one begins (NULL: at the beginning), `$2` its rows. Never the key
 * this one begins with, however many rows share it.
 */
export function nextKey(source: Source): string {
  const key = `s.${identifier(source.key)}`;
  const from = `$1::${source.keyType}`;
  return `SELECT key::text FROM (
    (SELECT ${key} AS key FROM ${sourceTable(source)} s WHERE ${from} IS NULL OR ${key} >= ${from} ORDER BY ${key} OFFSET $2 LIMIT 1)
  ) reached WHERE ${from} IS NULL OR key > ${from}
  UNION ALL (SELECT ${key}::text FROM ${sourceTable(source)} s WHERE ${key} > ${from} AND ${key} = (
    SELECT min(${key}) FROM ${sourceTable(source)} s WHERE ${key} > ${from}) AND ${from} = (
    SELECT ${key} FROM ${sourceTable(source)} s WHERE ${key} >= ${from} ORDER BY ${key} OFFSET $2 LIMIT 1) LIMIT 1)
  LIMIT 1`;
}

import type pg from "pg";
import { identifier } from "../frame/database";
import { StepProblem } from "../frame/problems";

/** A column that decides the order of rows. */
export interface KeyColumn {
  readonly name: string;
  /** Numbers keep their order; everything else is ordered by the bytes of its text. */
  readonly kind: "number" | "text";
}

export interface Table {
  readonly schema: string;
  readonly name: string;
  /** Columns that are stored; generated ones are left out, as the database computes them. */
  readonly columns: readonly string[];
  /** Primary key, or all columns when there is none. */
  readonly key: readonly KeyColumn[];
  /** Bytes on disk without indexes. */
  readonly bytes: number;
  /** What the planner believes; only good for progress. */
  readonly estimatedRows: number;
}

/**
 * Settings that make the text of a value the same on every server. Without them the same data could hash differently
 * on the original and on a restored copy.
 */
export const CANONICAL_TEXT =
  "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET client_encoding = 'UTF8'";

/** Looks tables up in the catalogue. Throws a StepProblem that names every one that is missing. */
export async function describeTables(
  client: pg.ClientBase,
  schema: string,
  names: readonly string[],
): Promise<Table[]> {
  const { rows } = await client.query<{
    name: string;
    columns: string[];
    key: { name: string; number: boolean }[] | null;
    bytes: string;
    rows: number;
  }>(
    `SELECT c.relname AS name,
            (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
              WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
            (SELECT json_agg(json_build_object('name', a.attname, 'number', t.typcategory = 'N') ORDER BY k.place)
               FROM pg_index i
               CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
               JOIN pg_type t ON t.oid = a.atttypid
              WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
            pg_table_size(c.oid) AS bytes,
            greatest(c.reltuples, 0) AS rows
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p')`,
    [schema, names],
  );
  const missing = names.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0)
    throw new StepProblem(`checks.yaml names tables that ${schema} does not have: ${missing.join(", ")}`);
  return names.map((name) => {
    const row = rows.find((one) => one.name === name);
    const columns = row?.columns ?? [];
    return {
      schema,
      name,
      columns,
      key:
        row?.key?.map((one) => ({ name: one.name, kind: one.number ? "number" : "text" })) ??
        columns.map((column) => ({ name: column, kind: "text" })),
      bytes: Number(row?.bytes ?? 0),
      estimatedRows: row?.rows ?? 0,
    };
  });
}

/** `schema.table`, quoted. */
export const qualified = (table: Pick<Table, "schema" | "name">): string =>
  `${identifier(table.schema)}.${identifier(table.name)}`;

/**
 * The order of rows that every server agrees on, whatever its collation. The table must be named `source`: a bare
 * name could mean a column of the result, which is text.
 */
export const orderOf = (key: readonly KeyColumn[]): string =>
  key
    .map(({ name, kind }) =>
      kind === "number" ? `source.${identifier(name)}` : `source.${identifier(name)}::text COLLATE "C"`,
    )
    .join(", ");

/** The statement that writes a table as text, rows in the order of their key. */
export const copyOut = (table: Table): string =>
  `COPY (SELECT ${table.columns.map(identifier).join(", ")} FROM ${qualified(table)} AS source ORDER BY ${orderOf(table.key)}) TO STDOUT`;

/** The statement that reads what `copyOut` wrote. */
export const copyIn = (table: Pick<Table, "schema" | "name" | "columns">): string =>
  `COPY ${qualified(table)} (${table.columns.map(identifier).join(", ")}) FROM STDIN`;

import type pg from "pg";

export interface Column {
  readonly name: string;
  /** As PostgreSQL writes it, with its modifier: `numeric(5,2)`; with its schema where it is none of its own: `public.citext`. */
  readonly type: string;
  /** Whether the table computes it from other columns. */
  readonly generated: boolean;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** Sequence the default takes its values from, as `schema.name`. */
  readonly sequence?: string;
}

export interface Table {
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly primaryKey: readonly string[];
  /** Columns that are unique by themselves. */
  readonly unique: ReadonlySet<string>;
  /** Leading columns of the indexes. */
  readonly indexed: ReadonlySet<string>;
  /** Triggers that are not the engine's own. */
  readonly triggers: readonly string[];
  /** Estimated rows. */
  readonly rows: number;
  readonly bytes: number;
}

/** The tables of a schema as the server knows them. */
export type Catalogue = ReadonlyMap<string, Table>;

interface TableRow {
  name: string;
  columns: {
    name: string;
    type: string;
    generated: boolean;
    not_null: boolean;
    has_default: boolean;
    sequence: string | null;
  }[];
  primary_key: string[] | null;
  unique_columns: string[] | null;
  indexed: string[] | null;
  triggers: string[] | null;
  rows: number;
  bytes: string;
}

const QUERY = `
SELECT c.relname AS name,
       (SELECT json_agg(json_build_object(
                 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull,
                 'generated', a.attgenerated <> '',
                 'has_default', d.oid IS NOT NULL OR a.attidentity <> '',
                 'sequence', COALESCE(
                   (SELECT format('%I.%I', sn.nspname, sc.relname)
                      FROM pg_depend dep JOIN pg_class sc ON sc.oid = dep.refobjid AND sc.relkind = 'S'
                      JOIN pg_namespace sn ON sn.oid = sc.relnamespace
                     WHERE dep.classid = 'pg_attrdef'::regclass AND dep.objid = d.oid LIMIT 1),
                   CASE WHEN a.attidentity <> '' THEN pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) END)
               ) ORDER BY a.attnum)
          FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
         WHERE i.indrelid = c.oid AND i.indisprimary) AS primary_key,
       (SELECT array_agg(DISTINCT a.attname::text)
          FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL) AS unique_columns,
       (SELECT array_agg(DISTINCT a.attname::text)
          FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indpred IS NULL AND i.indisvalid) AS indexed,
       (SELECT array_agg(t.tgname::text ORDER BY t.tgname)
          FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgname NOT LIKE 'order\\_upgrade\\_%') AS triggers,
       greatest(c.reltuples, 0)::float8 AS rows, pg_total_relation_size(c.oid)::text AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')`;

export async function readCatalogue(client: pg.ClientBase, schema: string): Promise<Catalogue> {
  const rows = await withoutSearchPath(client, async () => {
    const found = await client.query<TableRow>(QUERY, [schema]);
    return found.rows;
  });
  return new Map(
    rows.map((row) => [
      row.name,
      {
        name: row.name,
        columns: new Map(
          row.columns.map((one) => [
            one.name,
            {
              name: one.name,
              type: one.type,
              generated: one.generated,
              notNull: one.not_null,
              hasDefault: one.has_default,
              ...(one.sequence === null ? {} : { sequence: one.sequence }),
            },
          ]),
        ),
        primaryKey: row.primary_key ?? [],
        unique: new Set(row.unique_columns ?? []),
        indexed: new Set(row.indexed ?? []),
        triggers: row.triggers ?? [],
        rows: row.rows,
        bytes: Number(row.bytes),
      },
    ]),
  );
}

/** Types are written with their schema then, as the functions of the engine need it: they have no search path either. */
async function withoutSearchPath<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  const { rows } = await client.query<{ path: string }>("SELECT current_setting('search_path') AS path");
  const set = (path: string | undefined) =>
    client.query("SELECT set_config('search_path', $1, false)", [path]);
  await set("pg_catalog");
  try {
    return await work();
  } finally {
    await set(rows[0]?.path).catch(() => undefined);
  }
}

/**
 * What makes the two models what they are: columns, types, defaults, checks and unique indexes of the tables named.
 * Secondary indexes and foreign keys are left out, as the engine itself takes them away while it loads.
 */
export async function readFingerprint(
  client: pg.ClientBase,
  tables: readonly { readonly schema: string; readonly table: string }[],
): Promise<string> {
  const { rows } = await client.query<{ fingerprint: string }>(
    `SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line), 'UTF8')), 'hex') AS fingerprint FROM (
       SELECT format('%s.%s.%s %s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) AS line
         FROM wanted w JOIN pg_namespace n ON n.nspname = w.schema
         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       UNION ALL
       SELECT format('%s.%s %s', n.nspname, c.relname, pg_get_constraintdef(k.oid))
         FROM wanted w JOIN pg_namespace n ON n.nspname = w.schema
         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation
         JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c')) lines`.replace(
      "SELECT encode",
      "WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[]) AS w(schema, relation)) SELECT encode",
    ),
    [tables.map((one) => one.schema), tables.map((one) => one.table)],
  );
  return rows[0]?.fingerprint ?? "";
}

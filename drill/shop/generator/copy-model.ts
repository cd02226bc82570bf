import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyIn, to as copyOut } from "pg-copy-streams";

/** Workers that wait for the first order keep rows there already, so its rows are numbered anew. */
const NUMBERED_ANEW: Readonly<Record<string, string>> = { work: "id" };

/** Throws unless the model is there and holds no row but what waiting workers keep: nothing may be mixed with a shop that exists. */
export async function refuseFilledModel(client: pg.Client, schema: string): Promise<void> {
  const filled: string[] = [];
  const tables = await tablesOf(client, schema);
  if (tables.length === 0) throw new Error(`The database has no schema ${schema}.`);
  for (const { table } of tables.filter((one) => !(one.table in NUMBERED_ANEW))) {
    const { rows } = await client.query(`SELECT EXISTS (SELECT FROM ${schema}.${table}) AS filled`);
    if (rows[0]?.filled === true) filled.push(`${schema}.${table}`);
  }
  if (filled.length > 0)
    throw new Error(
      `The shop is not empty: ${filled.join(", ")} hold rows. Give an empty database; nothing was changed.`,
    );
}

/** Copies all rows of a schema into the same schema of another database, in one transaction. */
export async function copyModel(source: pg.Client, target: pg.Client, schema: string): Promise<void> {
  await target.query("BEGIN");
  try {
    // The rows kept every foreign key where they come from; here they arrive in any order.
    await target.query("SET LOCAL session_replication_role = replica");
    for (const { table, columns } of await tablesOf(source, schema)) {
      const names = columns.filter((column) => column !== NUMBERED_ANEW[table]).join(", ");
      await pipeline(
        source.query(copyOut(`COPY (SELECT ${names} FROM ${schema}.${table}) TO STDOUT`)),
        target.query(copyIn(`COPY ${schema}.${table} (${names}) FROM STDIN`)),
      );
    }
    for (const { sequence, last } of await sequencesOf(source, schema))
      await target.query(
        `SELECT setval('${schema}.${sequence}', greatest(last_value, $1)) FROM ${schema}.${sequence}`,
        [last],
      );
    await target.query("COMMIT");
  } catch (problem) {
    await target.query("ROLLBACK").catch(() => undefined);
    throw problem;
  }
  for (const { table } of await tablesOf(target, schema)) await target.query(`ANALYZE ${schema}.${table}`);
}

async function tablesOf(client: pg.Client, schema: string): Promise<{ table: string; columns: string[] }[]> {
  const { rows } = await client.query(
    `SELECT c.table_name AS table, json_agg(c.column_name ORDER BY c.ordinal_position) AS columns
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = $1 AND t.table_type = 'BASE TABLE' GROUP BY c.table_name ORDER BY c.table_name`,
    [schema],
  );
  return rows;
}

/** Sequences that were used. */
async function sequencesOf(client: pg.Client, schema: string): Promise<{ sequence: string; last: string }[]> {
  const { rows } = await client.query(
    `SELECT sequencename AS sequence, last_value AS last FROM pg_sequences WHERE schemaname = $1 AND last_value IS NOT NULL`,
    [schema],
  );
  return rows;
}

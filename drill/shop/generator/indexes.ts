import type pg from "pg";

/**
 * Drops the secondary indexes of a schema and returns what creates them again. Building an index once over all rows takes a
 * fraction of keeping it up row by row.
 */
export async function dropIndexes(client: pg.Client, schema: string): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r'
       AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
     ORDER BY 1`,
    [schema],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

/** Creates indexes again, several at a time. */
export async function createIndexes(
  clients: readonly pg.Client[],
  definitions: readonly string[],
): Promise<void> {
  const waiting = [...definitions];
  await Promise.all(
    clients.map(async (client) => {
      await client.query("SET maintenance_work_mem = '128MB'");
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await client.query(next);
    }),
  );
}

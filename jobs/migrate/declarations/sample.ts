import type pg from "pg";
import { sourceRows } from "../sql/backward";
import { judgedRows, targetRows } from "../sql/judge";
import { columnList, identifier, literal, qualified, sourceTable, targetTable } from "../sql/names";
import type { Model, Source } from "./model";
import { toldApart } from "./told-apart";

/** Rows of each source that are tried: the newest, as those are most like the ones to come. */
const SAMPLE = 500;

/**
 * Tries the declarations on rows that are really there: forward, backward, and what the old row then says. A column that
 * does not come back refuses the migration before anything is changed. Everything happens in a transaction that is
 * rolled back, on temporary tables that stand in for the new ones.
 */
export async function sampleWayBack(client: pg.ClientBase, model: Model): Promise<string[]> {
  const problems: string[] = [];
  const trial = (sql: string): string =>
    sql.replace(new RegExp(`"?\\b${model.to.schema}\\b"?\\.`, "g"), "pg_temp.");
  // One snapshot for there and back: customers go on writing meanwhile.
  // As in the triggers, only what PostgreSQL itself has is known without its schema.
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL search_path = pg_catalog, pg_temp");
  try {
    for (const target of new Set(model.sources.flatMap((source) => source.targets.map(({ table }) => table))))
      await client.query(
        `CREATE TEMPORARY TABLE ${identifier(target)} (LIKE ${qualified(model.to.schema, target)} INCLUDING DEFAULTS) ON COMMIT DROP`,
      );
    for (const source of model.sources) {
      await client.query("SAVEPOINT trial");
      try {
        problems.push(...(await trySource(client, source, trial)));
        await client.query("RELEASE SAVEPOINT trial");
      } catch (problem) {
        const { code, message } = problem as { code?: string; message: string };
        if (code === undefined) throw problem;
        await client.query("ROLLBACK TO SAVEPOINT trial");
        // A row that cannot be transformed is no fault of the declarations: it will be set aside.
        if (!/^(22|23)/.test(code))
          problems.push(`mapping.${source.dataSet}.yaml: ${source.table}: ${message}`);
      }
    }
    return problems;
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

async function trySource(
  client: pg.ClientBase,
  source: Source,
  trial: (sql: string) => string,
): Promise<string[]> {
  const key = identifier(source.key);
  const found = await client.query<{ key: string }>(
    `SELECT ${key}::text AS key FROM ${sourceTable(source)} ORDER BY ${sourceTable(source)}.${key} DESC LIMIT ${SAMPLE}`,
  );
  const keys = found.rows.map((row) => row.key);
  const judged = judgedRows(source, "load", `s.${key} = ANY ($1::text[]::${source.keyType}[])`);
  for (const target of source.targets) {
    const names = columnList(target.columns.map(({ name }) => name));
    await client.query(
      trial(`WITH ${judged} INSERT INTO ${targetTable(target)} (${names}) ${targetRows(target)}`),
      [keys],
    );
  }
  if (source.backward === undefined) return [];
  const { columns } = source.backward;
  const { rows } = await client.query<{
    key: string;
    column: string;
    old: string | null;
    back: string | null;
  }>(
    `SELECT b.${key}::text AS key, c.name AS column, c.old, c.back
       FROM (${trial(sourceRows(source, "true"))}) b JOIN ${sourceTable(source)} s USING (${columnList(source.identity)})
       CROSS JOIN LATERAL (VALUES ${columns
         .map(
           ({ name, type }) =>
             `(${literal(name)}, s.${identifier(name)}::text, b.${identifier(name)}::text, ${toldApart(`s.${identifier(name)}`, type)} IS DISTINCT FROM ${toldApart(`b.${identifier(name)}`, type)})`,
         )
         .join(", ")}) AS c(name, old, back, differs)
      WHERE c.differs LIMIT 5`,
  );
  return rows.map(
    (row) =>
      `mapping.${source.dataSet}.yaml: ${source.table}: backward.${row.column} does not undo forward: ${source.key} ${row.key} has ${JSON.stringify(row.old)}, and ${JSON.stringify(row.back)} comes back`,
  );
}

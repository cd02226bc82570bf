import type pg from "pg";
import type { Database } from "../../../../jobs/frame/database";
import type { Model } from "../../../../jobs/migrate/declarations/model";
import { toldApart } from "../../../../jobs/migrate/declarations/told-apart";
import { sourceRows } from "../../../../jobs/migrate/sql/backward";
import { identifier, sourceTable } from "../../../../jobs/migrate/sql/names";
import { compare } from "../../../../jobs/reconcile/compare";

/** Everything that is wrong between the two models; empty when nothing is. */
export async function audit(database: Database, model: Model): Promise<string[]> {
  const problems: string[] = [];
  const comparison = await compare({
    database,
    model,
    parallel: 1,
    chunkRows: 500,
    inSnapshot: async (client) => {
      for (const source of model.sources)
        if (source.backward !== undefined) problems.push(...(await wayBack(client, source)));
    },
  });
  for (const one of comparison.sources)
    if (one.state !== "equal")
      problems.push(
        `${one.source}: ${one.rows} rows, ${one.migrated} migrated, ${one.merged} merged, ${one.quarantined} set aside, ${one.unheeded} unheeded`,
      );
  for (const one of comparison.differences) problems.push(JSON.stringify(one));
  return problems;
}

/** Rows of the old model that would not be written again as they are. */
async function wayBack(client: pg.ClientBase, source: Model["sources"][number]): Promise<string[]> {
  const differing = (source.backward?.columns ?? []).map(
    ({ name, type }) =>
      `('${name}', s.${identifier(name)}::text, b.${identifier(name)}::text, ${toldApart(`s.${identifier(name)}`, type)} IS DISTINCT FROM ${toldApart(`b.${identifier(name)}`, type)})`,
  );
  const { rows } = await client.query(
    `SELECT b.${identifier(source.key)} AS key, c.name, c.old, c.back FROM (${sourceRows(source, "true")}) b
       JOIN ${sourceTable(source)} s USING (${source.identity.map(identifier).join(", ")})
       CROSS JOIN LATERAL (VALUES ${differing.join(", ")}) AS c(name, old, back, differs)
      WHERE c.differs AND NOT EXISTS (SELECT FROM order_upgrade.quarantine q WHERE q.source = $1 AND q.key = s.${identifier(source.key)}::text) LIMIT 3`,
    [source.table],
  );
  return rows.map((row) => `${source.table}: the way back differs: ${JSON.stringify(row)}`);
}

import type { Database } from "../frame/database";
import type { Model, Source } from "../migrate/declarations/model";
import { inTransaction, Session } from "../migrate/session";
import { bucketOf, lockClass } from "../migrate/sql/buckets";
import { BOOK, backwardFunction, forwardFunction } from "../migrate/sql/names";
import type { Difference } from "./descend";

/** Which side is believed where they differ: the one customers were on. */
export type Authority = "old" | "new";

/**
 * Writes rows again from the side that is believed. Rows are locked against the triggers and read afresh, so a repair
 * never undoes what customers wrote meanwhile. Returns how many source rows were written.
 */
export async function repair(
  database: Database,
  model: Model,
  differences: readonly Difference[],
  authority: Authority,
): Promise<number> {
  const session = new Session(database);
  let repaired = 0;
  try {
    for (const source of model.sources) {
      const keys = [
        ...new Set(differences.filter((one) => one.source === source.table).map(({ owner }) => owner)),
      ];
      for (let index = 0; index < keys.length; index += 100) {
        const some = keys.slice(index, index + 100);
        await session.repeat((client) =>
          inTransaction(client, () => writeAgain(client, source, some, authority)),
        );
        repaired += some.length;
      }
    }
    if (differences.length > 0) await session.repeat((client) => record(client, differences));
    return repaired;
  } finally {
    await session.end();
  }
}

type Client = Parameters<Parameters<Session["repeat"]>[0]>[0];

async function writeAgain(
  client: Client,
  source: Source,
  keys: readonly string[],
  authority: Authority,
): Promise<void> {
  await client.query("SET LOCAL lock_timeout = '2s'");
  await client.query(
    `SELECT pg_advisory_xact_lock($1, b) FROM (SELECT DISTINCT ${bucketOf(source, "k")} AS b FROM unnest($2::text[]::${source.keyType}[]) k ORDER BY 1) x`,
    [lockClass(source), keys],
  );
  const work =
    authority === "old" || source.backward === undefined ? forwardFunction(source) : backwardFunction(source);
  await client.query(
    `SELECT ${work}($1::text[]::${source.keyType}[], ${authority === "old" ? "false" : "true"})`,
    [keys],
  );
  // Columns that only one direction writes are brought in line as well.
  if (authority === "new" && source.backward !== undefined)
    await client.query(`SELECT ${forwardFunction(source)}($1::text[]::${source.keyType}[])`, [keys]);
}

async function record(client: Client, differences: readonly Difference[]): Promise<void> {
  await client.query(
    `INSERT INTO ${BOOK}.difference (source, relation, key, kind, columns, repaired)
     SELECT d->>'source', d->>'relation', d->>'key', d->>'kind', d->'columns', true FROM jsonb_array_elements($1::jsonb) d`,
    [JSON.stringify(differences)],
  );
}

/** Looks again at rows that a transaction with an old snapshot wrote. */
export async function recheck(database: Database, model: Model): Promise<number> {
  const session = new Session(database);
  let rows = 0;
  try {
    for (const source of model.sources) {
      const found = await session.repeat((client) =>
        client.query<{ key: string }>(`SELECT key FROM ${BOOK}.recheck WHERE source = $1`, [source.table]),
      );
      const keys = found.rows.map(({ key }) => key);
      if (keys.length === 0) continue;
      await session.repeat((client) =>
        inTransaction(client, async () => {
          await writeAgain(client, source, keys, "old");
          await client.query(`DELETE FROM ${BOOK}.recheck WHERE source = $1 AND key = ANY ($2)`, [
            source.table,
            keys,
          ]);
        }),
      );
      rows += keys.length;
    }
    return rows;
  } finally {
    await session.end();
  }
}

import type pg from "pg";
import type { Model } from "./declarations/model";
import { targetTables } from "./expand/apart";
import { othersAtWork } from "./pace/observe";
import { changeSchema, type Patience } from "./session";
import { BOOK, identifier } from "./sql/names";

interface Apart {
  kind: string;
  relation: string;
  name: string;
  definition: string;
}

/**
 * Puts back what was set apart, without long locks: indexes concurrently, foreign keys unvalidated and validated after,
 * autovacuum's tours last.
 */
export async function finishModel(
  client: pg.ClientBase,
  model: Model,
  patience: Patience,
  say: (message: string) => void,
): Promise<void> {
  const { rows } = await client.query<Apart>(
    `SELECT kind, relation, name, definition FROM ${BOOK}.set_apart WHERE NOT restored ORDER BY kind DESC, relation, name`,
  );
  for (const one of rows.filter(({ kind }) => kind === "index")) {
    say(`building the index ${one.name}`);
    await buildIndex(client, one, patience);
    await restored(client, one);
  }
  say("gathering statistics");
  for (const table of targetTables(model)) await client.query(`ANALYZE ${table}`);
  for (const one of rows.filter(({ kind }) => kind === "foreign-key")) {
    say(`adding the foreign key ${one.name}`);
    const name = identifier(one.name);
    if (!(await hasConstraint(client, one)))
      await changeSchema(
        client,
        [
          lockReferenced(one.definition),
          `ALTER TABLE ${one.relation} ADD CONSTRAINT ${name} ${one.definition.replace(/ NOT VALID$/, "")} NOT VALID`,
        ],
        patience,
      );
    await changeSchema(client, [`ALTER TABLE ${one.relation} VALIDATE CONSTRAINT ${name}`], {
      ...patience,
      lockTimeout: Math.max(patience.lockTimeout, 2000),
    });
    await restored(client, one);
  }
  for (const one of rows.filter(({ kind }) => kind === "option")) {
    await changeSchema(client, [one.definition], patience);
    await restored(client, one);
  }
}

async function buildIndex(client: pg.ClientBase, one: Apart, patience: Patience): Promise<void> {
  // A build that was interrupted leaves an index that is not valid and does not count.
  const there = await client.query<{ valid: boolean }>(
    "SELECT i.indisvalid AS valid FROM pg_index i WHERE i.indexrelid = to_regclass($1)",
    [one.name],
  );
  if (there.rows[0]?.valid === true) return;
  if (there.rows[0] !== undefined) await changeSchema(client, [`DROP INDEX IF EXISTS ${one.name}`], patience);
  // With customers at work a build takes one core, not several.
  if ((await othersAtWork(client, [])) > 0) await client.query("SET max_parallel_maintenance_workers = 0");
  await client.query("SET lock_timeout = 0");
  try {
    await client.query(one.definition.replace(/^CREATE INDEX /, "CREATE INDEX CONCURRENTLY "));
  } finally {
    await client.query("RESET lock_timeout; RESET max_parallel_maintenance_workers").catch(() => undefined);
  }
}

async function hasConstraint(client: pg.ClientBase, one: Apart): Promise<boolean> {
  const { rows } = await client.query(
    "SELECT FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2",
    [one.relation, one.name],
  );
  return rows.length > 0;
}

/** Writers come to the referenced table first; whoever takes both locks the other way round deadlocks with them. */
const lockReferenced = (definition: string): string =>
  `LOCK TABLE ${/ REFERENCES (.+?)\(/.exec(definition)?.[1] ?? ""} IN SHARE ROW EXCLUSIVE MODE`;

async function restored(client: pg.ClientBase, one: Apart): Promise<void> {
  await client.query(
    `UPDATE ${BOOK}.set_apart SET restored = true WHERE kind = $1 AND relation = $2 AND name = $3`,
    [one.kind, one.relation, one.name],
  );
}

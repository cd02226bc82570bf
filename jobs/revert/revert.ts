import type { Database } from "../frame/database";
import { StepProblem } from "../frame/problems";
import { readMigration } from "../migrate/bookkeeping";
import { holdLock } from "../migrate/open";
import { changeSchema, type Patience } from "../migrate/session";
import { BOOK, identifier, literal, TRIGGER } from "../migrate/sql/names";

export interface RevertOptions {
  readonly database: Database;
  readonly oldSchema: string;
  readonly newSchema: string;
  readonly patience: Patience;
  readonly say: (message: string) => void;
  /** Give up writes of the new release that could not be written to the old model. Default false. */
  readonly acceptLoss?: boolean;
}

export interface Reverted {
  readonly triggersRemoved: number;
  readonly newModelRemoved: boolean;
  /** Rows of the new release that exist there alone. */
  readonly lost: number;
}

/**
 * Takes synchronisation and new model away, at whatever instant the migration is. The old model has every write of the
 * new release already, as they were written in the same transactions; where one could not be, this refuses.
 */
export async function revertAll(options: RevertOptions): Promise<Reverted> {
  const { database, oldSchema, newSchema, patience, say } = options;
  const client = await holdLock(database);
  try {
    const migration = await readMigration(client);
    if (migration?.state === "contracting")
      throw new StepProblem(
        `the old model is being removed already; there is no way back to ${migration.from_release}, finish the step contract`,
      );
    const lost = migration === undefined ? 0 : await lostRows(client);
    if (lost > 0 && options.acceptLoss !== true)
      throw new StepProblem(
        `${lost} rows written by the new release could not be written to the old model (order_upgrade.quarantine, direction backward); ` +
          "repair them with `npm run migrate -- repair --authority new`, then revert",
      );
    say("removing the synchronisation from the old model");
    const triggersRemoved = await removeTriggers(client, oldSchema, patience);
    say("removing the new model");
    const { rows } = await client.query<{ there: boolean }>(
      "SELECT to_regnamespace($1) IS NOT NULL AS there",
      [identifier(newSchema)],
    );
    await removeTriggers(client, newSchema, patience);
    await changeSchema(client, [`DROP SCHEMA IF EXISTS ${identifier(newSchema)} CASCADE`], patience);
    await changeSchema(client, [`DROP SCHEMA IF EXISTS ${BOOK} CASCADE`], patience);
    return { triggersRemoved, newModelRemoved: rows[0]?.there === true, lost };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Drops the engine's triggers in a schema, table by table, each under a lock of its own. */
export async function removeTriggers(
  client: import("pg").ClientBase,
  schema: string,
  patience: Patience,
): Promise<number> {
  const { rows } = await client.query<{ relation: string; triggers: string[] }>(
    `SELECT c.oid::regclass::text AS relation, array_agg(quote_ident(t.tgname)) AS triggers
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ${literal(schema)} AND NOT t.tgisinternal AND t.tgname LIKE '${TRIGGER}\\_%' GROUP BY 1 ORDER BY 1`,
  );
  for (const { relation, triggers } of rows)
    await changeSchema(
      client,
      triggers.map((name) => `DROP TRIGGER IF EXISTS ${name} ON ${relation}`),
      patience,
    );
  return rows.reduce((sum, one) => sum + one.triggers.length, 0);
}

async function lostRows(client: import("pg").ClientBase): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${BOOK}.quarantine WHERE direction = 'backward'`,
  );
  return rows[0]?.count ?? 0;
}

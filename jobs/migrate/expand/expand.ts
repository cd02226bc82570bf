import type pg from "pg";
import { createBookkeeping, readMigration, retryFunction } from "../bookkeeping";
import type { Catalogue } from "../declarations/catalogue";
import type { Model } from "../declarations/model";
import { changeSchema, type Patience } from "../session";
import { backwardFunctions } from "../sql/backward";
import { forwardFunctions } from "../sql/forward";
import { BOOK, identifier, literal } from "../sql/names";
import { createTriggers, triggeredTables } from "../sql/triggers";
import { ownerIndexes, setApart } from "./apart";
import { shareSequences } from "./sequences";

export interface ExpandOptions {
  readonly model: Model;
  readonly old: Catalogue;
  readonly new: Catalogue;
  readonly fingerprint: string;
  readonly mapping: string;
  readonly patience: Patience;
  readonly say: (message: string) => void;
}

/**
 * Puts the machinery in place: bookkeeping, functions, shared sequences, triggers. Every step may be repeated; one that
 * was done is found done. The old model only gets triggers, each under a lock of milliseconds.
 */
export async function expand(client: pg.ClientBase, options: ExpandOptions): Promise<void> {
  const { model, patience, say } = options;
  await createBookkeeping(client);
  if ((await readMigration(client)) === undefined)
    await client.query(
      `INSERT INTO ${BOOK}.migration (from_release, to_release, from_schema, to_schema, state, fingerprint, mapping)
       VALUES ($1, $2, $3, $4, 'expanding', $5, $6)`,
      [
        model.from.release,
        model.to.release,
        model.from.schema,
        model.to.schema,
        options.fingerprint,
        options.mapping,
      ],
    );
  say("creating the functions");
  await createFunctions(client, model);
  say("setting indexes and foreign keys of the new model apart");
  await setApart(client, model, patience);
  await changeSchema(client, ownerIndexes(model, options.new), patience);
  say("sharing sequences");
  await shareSequences(client, model, options.old, options.new, patience);
  say("switching synchronisation on");
  for (const one of triggeredTables(model)) await changeSchema(client, createTriggers(one), patience);
  await planLoads(client, model);
}

/** All functions, in one transaction, so that no trigger ever sees half of them. */
export async function createFunctions(client: pg.ClientBase, model: Model): Promise<void> {
  const triggers = triggeredTables(model).flatMap((one) =>
    Object.values(one.functions).map(({ definition }) => definition),
  );
  const statements = [
    "SET LOCAL check_function_bodies = off",
    ...model.sources.flatMap(forwardFunctions),
    ...model.sources.flatMap(backwardFunctions),
    retryFunction(model),
    ...triggers,
    `REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${BOOK} FROM PUBLIC`,
  ];
  await changeSchema(client, statements, { lockTimeout: 5000 });
}

/** Notes for each source which keys there are. Rows that come later are the triggers' business, where those find what the rows refer to. */
async function planLoads(client: pg.ClientBase, model: Model): Promise<void> {
  for (const source of model.sources) {
    const key = identifier(source.key);
    const table = `${identifier(source.schema)}.${identifier(source.table)}`;
    const recent =
      source.recent === undefined || !source.ranged
        ? "NULL"
        : `(SELECT min(s.${key}) FROM ${table} s WHERE ${source.recent})::text`;
    await client.query(
      `INSERT INTO ${BOOK}.load (source, number, data_set, lowest, highest, recent_from, rows)
       SELECT ${literal(source.table)}, ${source.number}, ${literal(source.dataSet)},
              (SELECT s.${key}::text FROM ${table} s ORDER BY s.${key} LIMIT 1),
              (SELECT s.${key}::text FROM ${table} s ORDER BY s.${key} DESC LIMIT 1), ${recent},
              (SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = ${literal(table)}::regclass)
       ON CONFLICT (source) DO NOTHING`,
    );
  }
}

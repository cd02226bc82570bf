import type pg from "pg";
import { StepProblem } from "../frame/problems";
import { setState } from "../migrate/bookkeeping";
import { readCatalogue } from "../migrate/declarations/catalogue";
import { dropOwnerIndexes } from "../migrate/expand/apart";
import type { Opened } from "../migrate/open";
import { changeSchema, type Patience } from "../migrate/session";
import { BOOK, identifier, literal, qualified } from "../migrate/sql/names";
import { removeTriggers } from "../revert/revert";

export interface ContractOptions {
  readonly opened: Opened;
  readonly patience: Patience;
  readonly say: (message: string) => void;
}

/**
 * Removes synchronisation and old model, in an order in which each step only takes away what nothing needs any more, so
 * that it can be interrupted and repeated. Nothing is dropped with CASCADE in the old model: whatever else depends on it
 * stops the step.
 */
export async function contractModel(client: pg.ClientBase, options: ContractOptions): Promise<void> {
  const { opened, patience, say } = options;
  const { from, to } = opened.model;
  await setState(client, "contracting");
  say("removing the synchronisation");
  await removeTriggers(client, to.schema, patience);
  await removeTriggers(client, from.schema, patience);
  say("giving the new model its own sequences");
  await giveSequencesBack(client, from.schema, to.schema, patience);
  await changeSchema(client, dropOwnerIndexes(opened.model), patience);
  say("removing the old model");
  await dropOldModel(client, from.schema, patience);
  await changeSchema(client, [`DROP SCHEMA IF EXISTS ${BOOK} CASCADE`], patience);
}

/** Every default of the new model that takes numbers from a sequence of the old one gets its own, set to the same number. */
async function giveSequencesBack(
  client: pg.ClientBase,
  oldSchema: string,
  newSchema: string,
  patience: Patience,
): Promise<void> {
  const catalogue = await readCatalogue(client, newSchema);
  const { rows: identities } = await client.query<{ relation: string; name: string; definition: string }>(
    `SELECT relation, name, definition FROM ${BOOK}.set_apart WHERE kind = 'identity'`,
  );
  for (const table of catalogue.values())
    for (const column of table.columns.values()) {
      const shared = column.sequence;
      if (shared === undefined || !shared.startsWith(`${identifier(oldSchema).replaceAll('"', "")}.`))
        continue;
      const name = shared.slice(shared.indexOf(".") + 1);
      const own = `${qualified(newSchema, name.replaceAll('"', ""))}`;
      const relation = qualified(newSchema, table.name);
      const changed = `ALTER TABLE ${relation} ALTER COLUMN ${identifier(column.name)}`;
      const identity = identities.find((one) => one.relation === relation && one.name === column.name);
      const statements =
        identity === undefined
          ? [
              `CREATE SEQUENCE IF NOT EXISTS ${own}`,
              `SELECT setval(${literal(own)}::regclass, last_value, is_called) FROM ${shared}`,
              `${changed} SET DEFAULT nextval(${literal(own)}::regclass)`,
            ]
          : [
              `${changed} DROP DEFAULT`,
              `${changed} ADD GENERATED ${identity.definition} AS IDENTITY`,
              `SELECT setval(pg_get_serial_sequence(${literal(relation)}, ${literal(column.name)}), last_value, is_called) FROM ${shared}`,
            ];
      // Nobody draws a number between reading the one sequence and setting the other.
      await changeSchema(
        client,
        [`LOCK TABLE ${relation} IN ACCESS EXCLUSIVE MODE`, ...statements],
        patience,
      );
    }
}

async function dropOldModel(client: pg.ClientBase, schema: string, patience: Patience): Promise<void> {
  const { rows } = await client.query<{ kind: string; name: string }>(
    `SELECT c.relkind AS kind, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND (c.relkind IN ('r', 'p') AND NOT c.relispartition
         OR c.relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')))`,
    [schema],
  );
  const tables = rows.filter(({ kind }) => kind !== "S").map(({ name }) => name);
  const sequences = rows.filter(({ kind }) => kind === "S").map(({ name }) => name);
  try {
    await changeSchema(
      client,
      [
        ...(tables.length === 0 ? [] : [`DROP TABLE ${tables.join(", ")}`]),
        ...(sequences.length === 0 ? [] : [`DROP SEQUENCE ${sequences.join(", ")}`]),
        `DROP SCHEMA IF EXISTS ${identifier(schema)}`,
      ],
      patience,
    );
  } catch (problem) {
    if ((problem as { code?: string }).code !== "2BP01") throw problem;
    throw new StepProblem(
      `something else depends on the old model and would break: ${(problem as { detail?: string }).detail ?? ""}; move it to the new model, then run the step again`,
    );
  }
}

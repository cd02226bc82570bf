import type pg from "pg";
import type { Catalogue } from "../declarations/catalogue";
import type { Model, Target } from "../declarations/model";
import { changeSchema, type Patience } from "../session";
import { BOOK, identifier, nameOf, qualified, targetTable } from "../sql/names";

interface Apart {
  readonly kind: "foreign-key" | "index" | "option";
  readonly relation: string;
  readonly name: string;
  readonly definition: string;
}

/**
 * Takes foreign keys and secondary indexes off the new tables, which are empty, and keeps their definitions: loading
 * into bare tables is faster, and one index built at the end is tighter than one grown. Unique indexes stay, as merging
 * and cleaning rest on them. The same goes for autovacuum's tours of a table that only grows, of PostgreSQL 13 and later:
 * each reads everything that came since the last one, while the next rows arrive. Dead rows and statistics are still
 * looked after. Partitioned tables keep all they have: neither an index nor a foreign key comes back to them without a
 * lock that customers would wait for.
 */
export async function setApart(client: pg.ClientBase, model: Model, patience: Patience): Promise<void> {
  const tables = targetTables(model);
  const { rows } = await client.query<Apart>(
    `SELECT 'foreign-key' AS kind, c.oid::regclass::text AS relation, k.conname::text AS name, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      WHERE k.contype = 'f' AND c.relkind = 'r' AND c.oid = ANY ($1::regclass[])
     UNION ALL
     SELECT 'index', c.oid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      WHERE NOT i.indisunique AND NOT i.indisprimary AND c.relkind = 'r' AND c.oid = ANY ($1::regclass[])
        AND i.indexrelid::regclass::text NOT LIKE '%${OWNER_INDEX}%'
     UNION ALL
     SELECT 'option', c.oid::regclass::text, '${INSERT_VACUUM}', format('ALTER TABLE %s RESET (${INSERT_VACUUM})', c.oid::regclass)
       FROM pg_class c
      WHERE c.relkind = 'r' AND c.oid = ANY ($1::regclass[]) AND current_setting('server_version_num')::int >= 130000
        AND NOT EXISTS (SELECT FROM unnest(c.reloptions) AS own(name) WHERE own.name LIKE '${INSERT_VACUUM}=%')`,
    [tables],
  );
  const known = await client.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM ${BOOK}.load WHERE started_at IS NOT NULL) AS found`,
  );
  // Once loading has begun, what is there was put back by the engine itself.
  if (known.rows[0]?.found === true) return;
  for (const one of rows)
    await changeSchema(
      client,
      [
        `INSERT INTO ${BOOK}.set_apart (kind, relation, name, definition) VALUES (${[
          one.kind,
          one.relation,
          one.name,
          one.definition,
        ]
          .map((text) => `'${text.replaceAll("'", "''")}'`)
          .join(", ")}) ON CONFLICT DO NOTHING`,
        takenOff(one),
      ],
      patience,
    );
}

/** Names of the indexes the engine needs begin so. */
const OWNER_INDEX = "order_upgrade_owner";
const INSERT_VACUUM = "autovacuum_vacuum_insert_threshold";

function takenOff({ kind, relation, name }: Apart): string {
  if (kind === "index") return `DROP INDEX IF EXISTS ${name}`;
  if (kind === "foreign-key") return `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${identifier(name)}`;
  return `ALTER TABLE ${relation} SET (${name} = -1)`;
}

/**
 * Indexes the engine needs to find the rows of an owner where the model has none that leads with it. They go with the
 * synchronisation.
 */
export function ownerIndexes(model: Model, catalogue: Catalogue): string[] {
  return model.sources.flatMap((source) =>
    source.targets
      .filter((target) => needsOwnerIndex(target, catalogue))
      .map(
        (target) =>
          `CREATE INDEX IF NOT EXISTS ${identifier(nameOf(OWNER_INDEX, target.table))} ON ${targetTable(target)} (${identifier(target.owner)})`,
      ),
  );
}

export const dropOwnerIndexes = (model: Model): string[] =>
  targets(model).map(
    (target) => `DROP INDEX IF EXISTS ${qualified(target.schema, nameOf(OWNER_INDEX, target.table))}`,
  );

const targets = (model: Model): Target[] => model.sources.flatMap((source) => source.targets);
export const targetTables = (model: Model): string[] => [...new Set(targets(model).map(targetTable))];

/** The first column of the primary key is always indexed; another one may have an index that was just set apart. */
const needsOwnerIndex = (target: Target, catalogue: Catalogue): boolean =>
  target.key[0] !== target.owner && catalogue.get(target.table)?.unique.has(target.owner) !== true;

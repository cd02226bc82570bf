import type pg from "pg";
import type { Catalogue } from "../declarations/catalogue";
import type { Model } from "../declarations/model";
import { isReference } from "../declarations/references";
import { changeSchema, type Patience } from "../session";
import { BOOK, identifier, literal, sourceTable, targetTable } from "../sql/names";

/** A key both models generate: the two sequences, and the column in the new model. */
export interface SharedSequence {
  readonly old: string;
  readonly new: string;
  readonly table: string;
  readonly column: string;
  readonly sourceTable: string;
}

/** Keys that both models generate. One sequence must feed both sides, or they would give a number twice. */
export function sharedSequences(model: Model, old: Catalogue, next: Catalogue): SharedSequence[] {
  return model.sources.flatMap((source) => {
    const from = old.get(source.table)?.columns.get(source.key)?.sequence;
    if (from === undefined) return [];
    return source.targets.flatMap((target) => {
      const column = target.columns.find((one) => isReference(one.forward, source.key));
      const to = column && next.get(target.table)?.columns.get(column.name)?.sequence;
      return column === undefined || to === undefined || to === from
        ? []
        : [
            {
              old: from,
              new: to,
              table: targetTable(target),
              column: column.name,
              sourceTable: sourceTable(source),
            },
          ];
    });
  });
}

/**
 * Lets the new tables take numbers from the sequences of the old ones. A default holds the sequence itself, not its
 * name, so the roles of the new release need nothing but the right to use it. What was an identity column is one again
 * after `contract`.
 */
export async function shareSequences(
  client: pg.ClientBase,
  model: Model,
  old: Catalogue,
  next: Catalogue,
  patience: Patience,
): Promise<void> {
  for (const one of sharedSequences(model, old, next)) {
    const { rows } = await client.query<{ grantee: string }>(
      `SELECT DISTINCT quote_ident(r.rolname) AS grantee FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = ${literal(one.table)}::regclass AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner`,
    );
    await changeSchema(
      client,
      [
        `INSERT INTO ${BOOK}.set_apart (kind, relation, name, definition)
         SELECT 'identity', ${literal(one.table)}, a.attname, CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END
           FROM pg_attribute a WHERE a.attrelid = ${literal(one.table)}::regclass AND a.attname = ${literal(one.column)} AND a.attidentity <> ''
         ON CONFLICT DO NOTHING`,
        `ALTER TABLE ${one.table} ALTER COLUMN ${identifier(one.column)} DROP IDENTITY IF EXISTS`,
        `ALTER TABLE ${one.table} ALTER COLUMN ${identifier(one.column)} SET DEFAULT nextval('${one.old}'::regclass)`,
        ...rows.map(({ grantee }) => `GRANT USAGE, SELECT ON SEQUENCE ${one.old} TO ${grantee}`),
      ],
      patience,
    );
  }
}

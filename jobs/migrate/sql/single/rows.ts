import type { Source, Target } from "../../declarations/model";
import { anyDiffers, differing } from "../../declarations/originals";
import { asksTables } from "../inputs";
import { AS_GIVEN, BOOK, columnList, identifier, literal, targetTable } from "../names";

/** What the engine adds to a row of a source begins so, to be no column of anybody. */
export const MARK = "order_upgrade";

/** What a target's row is to remember, computed before the row is written. */
export const REMEMBERED = `${MARK}_remembered`;

/** SELECT of the rows that the one row `s` gives in a target. */
export function rowsOf(target: Target): string {
  const values = target.columns.map(
    (column) => `(${column.forward})::${column.type} AS ${identifier(column.name)}`,
  );
  const each = target.each === undefined ? "" : ` FROM ${target.each.from} AS ${target.each.as}`;
  return `SELECT ${values.join(", ")}${each}`;
}

export const insert = (target: Target): string =>
  `INSERT INTO ${targetTable(target)} (${columnList(target.columns.map(({ name }) => name))}) ${AS_GIVEN}
          ${rowsOf(target)};`;

/**
 * PL/pgSQL that computes what a target is to remember, and the target that takes it from there. Next to no row has
 * anything to remember; a statement with all that it takes to find out would cost more than the rest of it.
 */
export function rememberedApart(target: Target): { before: string; target: Target } {
  const column = target.columns.find(({ remembers }) => remembers !== undefined);
  if (column?.remembers === undefined || target.each !== undefined) return { before: "", target };
  return {
    before: `${REMEMBERED} := NULL; IF ${anyDiffers(column.remembers)} THEN ${REMEMBERED} := ${differing(column.remembers)}; END IF;
            `,
    target: {
      ...target,
      columns: target.columns.map((one) => (one === column ? { ...one, forward: REMEMBERED } : one)),
    },
  };
}

/** Condition of a row that is in the quarantine. */
export const noted = (source: Source): string =>
  `EXISTS (SELECT FROM ${BOOK}.quarantine q WHERE q.source = ${literal(source.table)} AND q.key = s.${identifier(source.key)}::text AND q.direction = 'forward')`;

/** Conditions that set a row aside: those that need nothing but the row, and those that look into tables. */
export function asideRules(source: Source): { plain: string[]; looking: string[] } {
  const all = source.rules.filter(({ action }) => action === "set-aside").map((rule) => rule.when);
  return { plain: all.filter((rule) => !asksTables(rule)), looking: all.filter(asksTables) };
}

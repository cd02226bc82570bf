import type { Source, Target } from "../declarations/model";
import { BOOK, columnList, identifier, literal, sourceTable, targetTable } from "./names";

/**
 * What the rows are read for. `load`: a whole range that nobody else works on. `live`: rows just written.
 * `compare`: what both models hold by now; nothing is decided anew.
 */
export type Purpose = "load" | "live" | "compare";

/**
 * SELECT of source rows with their prepared values, `set_aside` (the rule that sets a row aside, or NULL) and, where
 * rows are merged, `survivor` (key of the row that stays, or NULL for a row that stays itself).
 * OFFSET 0 keeps each prepared value computed once and nothing computed before its filter.
 */
export function judged(source: Source, purpose: Purpose, selector: string): string {
  const known = `NOT EXISTS (SELECT FROM ${BOOK}.quarantine q WHERE q.source = ${literal(source.table)} AND q.key = s.${identifier(source.key)}::text)`;
  let from = `(SELECT s.* FROM ${sourceTable(source)} s WHERE ${selector}${purpose === "compare" ? ` AND ${known}` : ""} OFFSET 0)`;
  for (const stage of source.prepare) {
    const values = Object.entries(stage).map(([name, sql]) => `(${sql}) AS ${identifier(name)}`);
    from = `(SELECT s.*, ${values.join(", ")} FROM ${from} s OFFSET 0)`;
  }
  if (source.merge !== undefined)
    from = `(SELECT s.*, ${survivor(source, purpose)} AS survivor FROM ${from} s OFFSET 0)`;
  const asides = source.rules.filter((rule) => rule.action === "set-aside");
  const verdict =
    asides.length === 0
      ? "NULL::text"
      : `CASE ${asides.map((rule) => `WHEN (${rule.when}) THEN ${literal(rule.name)}`).join(" ")} END`;
  return `SELECT s.*, ${verdict} AS set_aside FROM ${from} s`;
}

function survivor(source: Source, purpose: Purpose): string {
  const merge = source.merge;
  const first = source.targets[0];
  const aliases = source.targets.find((target) => target.table === merge?.aliases);
  if (merge === undefined || first === undefined || aliases === undefined) return "NULL";
  const key = `s.${identifier(source.key)}`;
  const decided = `(SELECT a.${identifier(merge.survivor)} FROM ${targetTable(aliases)} a WHERE a.${identifier(aliases.owner)} = ${key})`;
  if (purpose === "compare") return decided;
  const by = `s.${identifier(merge.by)}`;
  // Not EXISTS, for which the planner likes to read the whole table into a hash, each chunk anew.
  const stays = `(SELECT m.${identifier(first.owner)} FROM ${targetTable(first)} m WHERE m.${identifier(first.owner)} = ${key}) IS NOT NULL`;
  const present = `(SELECT m.${identifier(first.owner)} FROM ${targetTable(first)} m WHERE m.${identifier(merge.column)} = ${by})`;
  // A row that was merged already stays merged when its value changes; nothing can be merged into it.
  const lowest = `NULLIF(CASE WHEN ${by} IS NOT NULL THEN min(${key}) FILTER (WHERE ${decided} IS NULL) OVER (PARTITION BY ${by}) END, ${key})`;
  const found = purpose === "load" ? `COALESCE(${present}, ${lowest})` : present;
  return `COALESCE(${decided}, CASE WHEN NOT (${stays}) THEN ${found} END)`;
}

/** SELECT of the rows that sound source rows (the relation `s`) give in a target. */
export function targetRows(target: Target, condition?: string): string {
  const values = target.columns.map(
    (column) => `(${column.forward})::${column.type} AS ${identifier(column.name)}`,
  );
  const each =
    target.each === undefined ? "" : ` CROSS JOIN LATERAL ${target.each.from} AS ${target.each.as}`;
  const conditions = [target.when, condition].flatMap((one) => (one === undefined ? [] : [`(${one})`]));
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT ${values.join(", ")} FROM s${each}${where}`;
}

/** The common beginning of every statement: `judged` and, of it, the sound rows `s`. */
export const judgedRows = (source: Source, purpose: Purpose, selector: string): string =>
  `judged AS MATERIALIZED (${judged(source, purpose, selector)}),
 s AS NOT MATERIALIZED (SELECT * FROM judged WHERE set_aside IS NULL)`;

/** INSERT of the rows set aside. `ON CONFLICT` is the caller's. */
export function insertAside(source: Source): string {
  const reasons = source.rules
    .filter((rule) => rule.action === "set-aside")
    .map((rule) => `WHEN ${literal(rule.name)} THEN ${literal(rule.reason)}`);
  const waits = source.rules
    .filter((rule) => rule.until !== undefined)
    .map((rule) => `WHEN ${literal(rule.name)} THEN ${literal(rule.until ?? "")}`);
  return `INSERT INTO ${BOOK}.quarantine (source, key, direction, rule, reason, waits_for, row)
  SELECT ${source.identity.length === 1 ? "" : `DISTINCT ON (j.${identifier(source.key)}) `}${literal(source.table)}, j.${identifier(source.key)}::text, 'forward', j.set_aside,
         CASE j.set_aside ${reasons.join(" ")} END, ${waits.length === 0 ? "NULL" : `CASE j.set_aside ${waits.join(" ")} END`},
         (SELECT to_jsonb(r) FROM (SELECT ${columnList(source.columns, "j")}) r)
    FROM judged j WHERE j.set_aside IS NOT NULL`;
}

export const setsAside = (source: Source): boolean =>
  source.rules.some((rule) => rule.action === "set-aside");

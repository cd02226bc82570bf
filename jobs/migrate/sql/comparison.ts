import type { Source, Target } from "../declarations/model";
import { judgedRows, targetRows } from "./judge";
import { BOOK, compared, filtered, identifier, literal, sourceTable, targetTable } from "./names";
import { inRange, type Range } from "./range";

/**
 * Counts and hashes what a range of source rows gives and what the targets hold. Rows: `relation`, `side` (`source`,
 * `target`, or `rows`, `unheeded` for the range as a whole), `rows`, `hash`. The hashes of rows are combined with
 * exclusive or, so their order does not matter; each contains its key, so no two are the same.
 */
export function comparisonStatement(source: Source, range: Range): string {
  const rows = inRange(source, range);
  const sides = source.targets.flatMap((target) => [
    `SELECT ${literal(target.table)} AS relation, 'source' AS side, count(*) AS rows, ${hash(target, "f")} AS hash FROM (${targetRows(target)}) f`,
    `SELECT ${literal(target.table)}, 'target', count(*), ${hash(target, "t")} FROM ${heldRows(source, target, range)}`,
  ]);
  return `WITH ${judgedRows(source, "compare", rows)}
${sides.join("\nUNION ALL ")}
UNION ALL SELECT '', 'rows', (SELECT count(*) FROM ${sourceTable(source)} s WHERE ${rows}), NULL
UNION ALL SELECT '', 'unheeded', count(*), NULL FROM judged WHERE set_aside IS NOT NULL`;
}

/** The same for one target, row by row: every row that is missing, extra or different, with its columns. */
export function differenceStatement(source: Source, target: Target, range: Range): string {
  const keys = target.key.map((name) => `f.${identifier(name)} = t.${identifier(name)}`).join(" AND ");
  const unequal = target.columns.map((column) => {
    const old = `f.${identifier(column.name)}`;
    const now = `t.${identifier(column.name)}`;
    return `(${literal(column.name)}, to_jsonb(${old}), to_jsonb(${now}), ${compared(column.compare, old)} IS DISTINCT FROM ${compared(column.compare, now)})`;
  });
  const owner = `COALESCE(f.${identifier(target.owner)}, t.${identifier(target.owner)})`;
  const key = target.key
    .map((name) => `${literal(name)}, COALESCE(f.${identifier(name)}, t.${identifier(name)})`)
    .join(", ");
  return `WITH ${judgedRows(source, "compare", inRange(source, range))}
SELECT ${owner}::text AS owner, json_build_object(${key})::text AS key,
       CASE WHEN t.there IS NULL THEN 'missing' WHEN f.there IS NULL THEN 'extra' ELSE 'different' END AS kind,
       d.columns
  FROM (SELECT f.*, true AS there FROM (${targetRows(target)}) f) f
  FULL JOIN (SELECT t.*, true AS there FROM ${heldRows(source, target, range)}) t ON ${keys}
  CROSS JOIN LATERAL (SELECT jsonb_object_agg(c.name, jsonb_build_object('source', c.old, 'target', c.now)) AS columns
                        FROM (VALUES ${unequal.join(", ")}) AS c(name, old, now, unequal) WHERE c.unequal) d
 WHERE f.there IS NULL OR t.there IS NULL OR d.columns IS NOT NULL
 LIMIT 1000`;
}

/** `target t WHERE …`: the rows of a target that have a counterpart in the range, without those set aside. */
function heldRows(source: Source, target: Target, range: Range): string {
  const aside = `NOT EXISTS (SELECT FROM ${BOOK}.quarantine q WHERE q.source = ${literal(source.table)} AND q.key = t.${identifier(target.owner)}::text)`;
  const owned = `t.${identifier(target.owner)} IS NOT NULL`;
  return `${targetTable(target)} t WHERE ${owned} AND ${inRange(source, range, "t", target.owner)}${filtered(target)} AND ${aside}`;
}

const hash = (target: Target, alias: string): string =>
  `bit_xor(hash_record_extended(ROW(${target.columns
    .map((column) => compared(column.compare, `${alias}.${identifier(column.name)}`))
    .join(", ")}), 0))`;

import type { Source } from "../declarations/model";
import { insertAside, judgedRows, setsAside, targetRows } from "./judge";
import { AS_GIVEN, BOOK, columnList, identifier, literal, ownedRows, targetTable } from "./names";
import { inRange, type Range } from "./range";

/**
 * One statement that loads a range of source rows into every target and sets the others aside. Rows that are there
 * already were written by the triggers and are left alone. Gives one row: `source`, `aside`, `written` (rows of each
 * target) and `fixed` (rows each cleaning rule met).
 */
export function loadStatement(source: Source, range: Range): string {
  const writes = source.targets.map(
    (target, index) => `w${index} AS (
  INSERT INTO ${targetTable(target)} (${columnList(target.columns.map(({ name }) => name))}) ${AS_GIVEN}
  ${targetRows(target)}
  ON CONFLICT (${columnList(target.key)}) DO NOTHING RETURNING 1)`,
  );
  const quarantine = setsAside(source) ? [`aside AS (${insertAside(source)} ON CONFLICT DO NOTHING)`] : [];
  // A row the triggers wrote before is left alone, so what they set aside of it since then stays set aside.
  const there = source.targets.map(
    (target) => `EXISTS (SELECT FROM ${targetTable(target)} t WHERE ${ownedRows(source, target)})`,
  );
  // One probe of the index a row, whatever the planner believes about a table that fills while it is read. CASE keeps
  // the targets from being asked about rows that were never set aside.
  const released = `released AS (DELETE FROM ${BOOK}.quarantine q WHERE q.ctid = ANY (ARRAY(
  SELECT known.at FROM s CROSS JOIN LATERAL (SELECT k.ctid AS at FROM ${BOOK}.quarantine k WHERE k.source = ${literal(source.table)}
    AND k.key = s.${identifier(source.key)}::text AND k.direction = 'forward'
    AND CASE WHEN k.key IS NOT NULL THEN NOT (${there.join(" OR ")}) END OFFSET 0) known)))`;
  const written = source.targets.map(
    (target, index) => `${literal(target.table)}, (SELECT count(*) FROM w${index})`,
  );
  const fixed = source.rules
    .filter((rule) => rule.action === "fixed")
    .map((rule) => `${literal(rule.name)}, (SELECT count(*) FROM s WHERE ${rule.when})`);
  return `WITH ${[judgedRows(source, "load", inRange(source, range)), ...writes, ...quarantine, released].join(",\n ")}
SELECT (SELECT count(*) FROM judged)::int AS source,
       (SELECT count(*) FROM judged WHERE set_aside IS NOT NULL)::int AS aside,
       json_build_object(${written.join(", ")}) AS written,
       json_build_object(${fixed.join(", ")}) AS fixed`;
}

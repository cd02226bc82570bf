import type { Source, Target } from "../declarations/model";
import { upsert } from "./forward-rows";
import { insertAside, judgedRows, setsAside, targetRows } from "./judge";
import {
  BOOK,
  FUNCTION_SETTINGS,
  filtered,
  forwardFunction,
  identifier,
  literal,
  nameOf,
  QUIETLY,
  qualified,
  targetTable,
} from "./names";

/** Conditions that must pass through to the caller: the same statement may succeed when it is repeated. */
export const PASS_THROUGH =
  "deadlock_detected OR serialization_failure OR lock_not_available OR insufficient_resources OR operator_intervention OR system_error";

/**
 * The functions that write source rows forward, whatever state both sides are in: targets are made what the source
 * rows say. `apply_…` does it or fails, `forward_…` never fails for a row's sake: it halves the set until the rows that
 * cannot be transformed stand alone, and sets them aside.
 */
export function forwardFunctions(source: Source): string[] {
  const keys = `${source.keyType}[]`;
  const apply = qualified(BOOK, nameOf("apply", source.table));
  const table = literal(source.table);
  return [
    `CREATE OR REPLACE FUNCTION ${apply}(keys ${keys}, fresh boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER ${FUNCTION_SETTINGS} AS $function$
DECLARE released integer; ${QUIETLY.declare}
BEGIN
  ${QUIETLY.begin}
  -- New rows have nothing behind them that could have vanished; the shorter statement takes half the time.
  IF fresh THEN
${applyStatement(source, true)}
  ELSE
${applyStatement(source, false)}
  END IF;
  ${QUIETLY.end}
  RETURN released;
END $function$`,
    `CREATE OR REPLACE FUNCTION ${forwardFunction(source)}(keys ${keys}, fresh boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER ${FUNCTION_SETTINGS} AS $function$
DECLARE
  middle integer := cardinality(keys) / 2;
  state text;
  message text;
  released integer;
BEGIN
  FOR attempt IN 1..2 LOOP
    BEGIN
      released := ${apply}(keys, fresh);
      IF released > 0 THEN PERFORM ${qualified(BOOK, "retry_waiting")}(${table}); END IF;
      RETURN;
    EXCEPTION WHEN ${PASS_THROUGH} THEN RAISE;
      WHEN OTHERS THEN GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;
    -- Somebody else was first with a unique value; seen again, the row may be a duplicate of that one.
    EXIT WHEN state <> '23505' OR cardinality(keys) > 1;
  END LOOP;
  IF middle > 0 THEN
    PERFORM ${forwardFunction(source)}(keys[:middle], fresh);
    PERFORM ${forwardFunction(source)}(keys[middle + 1:], fresh);
    RETURN;
  END IF;
  INSERT INTO ${BOOK}.quarantine (source, key, direction, rule, reason, row)
  SELECT ${table}, k.key::text, 'forward', 'error-' || state, message,
         (SELECT to_jsonb(s) FROM ${qualified(source.schema, source.table)} s WHERE s.${identifier(source.key)} = k.key)
    FROM unnest(keys) AS k(key)
  ON CONFLICT (source, key, direction) DO UPDATE
     SET rule = excluded.rule, reason = excluded.reason, row = excluded.row, waits_for = NULL, found_at = now();
END $function$`,
  ];
}

function applyStatement(source: Source, fresh: boolean): string {
  const selector = `s.${identifier(source.key)} = ANY (keys)`;
  const parts = [judgedRows(source, "live", selector)];
  source.targets.forEach((target, index) => {
    if (fresh) {
      parts.push(`w${index} AS (${upsert(target, targetRows(target))})`);
      return;
    }
    parts.push(`f${index} AS MATERIALIZED (${targetRows(target)})`);
    parts.push(`d${index} AS (${deleteVanished(source, target, index)})`);
    parts.push(`w${index} AS (${upsert(target, `SELECT * FROM f${index}`)})`);
  });
  if (setsAside(source))
    parts.push(`aside AS (${insertAside(source)}
  ON CONFLICT (source, key, direction) DO UPDATE SET rule = excluded.rule, reason = excluded.reason,
     waits_for = excluded.waits_for, row = excluded.row, found_at = now())`);
  parts.push(`released AS (DELETE FROM ${BOOK}.quarantine q
  WHERE q.source = ${literal(source.table)} AND q.direction = 'forward' AND q.key = ANY (keys::text[])
    AND NOT EXISTS (SELECT FROM judged j WHERE j.set_aside IS NOT NULL AND j.${identifier(source.key)}::text = q.key) RETURNING 1)`);
  return `  WITH ${parts.join(",\n ")}
  SELECT count(*) INTO released FROM released;`;
}

/** Rows of a target that the source rows no longer give. What belongs to a row set aside is left as it was. */
function deleteVanished(source: Source, target: Target, index: number): string {
  const owner = `t.${identifier(target.owner)}`;
  const same = target.key.map((name) => `f.${identifier(name)} = t.${identifier(name)}`).join(" AND ");
  return `DELETE FROM ${targetTable(target)} t
  WHERE ${owner} = ANY (keys)${filtered(target)}
    AND NOT EXISTS (SELECT FROM f${index} f WHERE ${same})
    AND NOT EXISTS (SELECT FROM judged j WHERE j.${identifier(source.key)} = ${owner} AND j.set_aside IS NOT NULL)`;
}

import { gathers, type Source } from "../declarations/model";
import { toldApart } from "../declarations/told-apart";
import { PASS_THROUGH } from "./forward";
import {
  AS_GIVEN,
  BOOK,
  backwardFunction,
  call,
  columnList,
  differs,
  FUNCTION_SETTINGS,
  forwardFunction,
  identifier,
  literal,
  nameOf,
  QUIETLY,
  qualified,
  sourceTable,
  targetTable,
} from "./names";

/** SELECT of the source rows as the targets say them; `condition` limits the rows `t` of the first target. */
export function sourceRows(source: Source, condition: string): string {
  const first = source.targets[0];
  if (first === undefined || source.backward === undefined)
    throw new Error(`${source.table} has no way back`);
  const owner = `t.${identifier(first.owner)}`;
  const joins = source.backward.gather.map((gathered) => {
    const target = source.targets.find((one) => one.table === gathered.table);
    const table = target === undefined ? qualified(first.schema, gathered.table) : targetTable(target);
    const where = `x.${identifier(gathered.owner)} = ${owner}${gathered.where === undefined ? "" : ` AND (${gathered.where})`}`;
    if (gathered.columns === undefined)
      return `LEFT JOIN LATERAL (SELECT x.* FROM ${table} x WHERE ${where}) ${identifier(gathered.as)} ON true`;
    const values = Object.entries(gathered.columns).map(([name, sql]) => `(${sql}) AS ${identifier(name)}`);
    return `LEFT JOIN LATERAL (SELECT ${values.join(", ")} FROM ${table} x WHERE ${where}) ${identifier(gathered.as)} ON true`;
  });
  const values = source.backward.columns.map(
    (column) => `(${column.expression})::${column.type} AS ${identifier(column.name)}`,
  );
  return `SELECT ${[`${owner} AS ${identifier(source.key)}`, ...values].join(", ")}
  FROM ${targetTable(first)} t ${joins.join(" ")} WHERE ${condition}`;
}

/** The functions that write rows of the new model backward, as `forwardFunctions` do in the other direction. */
export function backwardFunctions(source: Source): string[] {
  const first = source.targets[0];
  if (first === undefined || source.backward === undefined) return [];
  const keys = `${source.keyType}[]`;
  const key = identifier(source.key);
  const unapply = qualified(BOOK, nameOf("unapply", source.table));
  const table = literal(source.table);
  const names = source.backward.columns.map(({ name }) => name);
  const changing = source.backward.columns.filter(({ name }) => !source.identity.includes(name));
  const left = changing.map(({ name, type }) => toldApart(`s.${identifier(name)}`, type));
  const right = changing.map(({ name, type }) => toldApart(`excluded.${identifier(name)}`, type));
  const sets = changing.map(({ name }) => `${identifier(name)} = excluded.${identifier(name)}`);
  const kept = source.merge === undefined ? "" : keptAliases(source);
  const same = source.identity.map((name) => `b.${identifier(name)} = s.${identifier(name)}`).join(" AND ");
  const present =
    source.identity.length === 1
      ? `SELECT FROM ${targetTable(first)} t WHERE t.${identifier(first.owner)} = s.${key}`
      : `SELECT FROM (${sourceRows(source, `t.${identifier(first.owner)} = ANY (keys)`)}) b WHERE ${same}`;
  // Whoever gathers from several tables must be alone with the row, and look again once it is.
  const lock = gathers(source)
    ? `  PERFORM FROM ${sourceTable(source)} s WHERE s.${key} = ANY (keys) ORDER BY s.${key} FOR NO KEY UPDATE;\n`
    : "";
  return [
    `CREATE OR REPLACE FUNCTION ${unapply}(keys ${keys}, gone boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER ${FUNCTION_SETTINGS} AS $function$
DECLARE released integer; ${QUIETLY.declare}
BEGIN
  ${QUIETLY.begin}
${lock}  WITH released AS (DELETE FROM ${BOOK}.quarantine q WHERE q.source = ${table} AND q.key = ANY (keys::text[]) RETURNING 1),
  written AS (INSERT INTO ${sourceTable(source)} AS s (${columnList([source.key, ...names])}) ${AS_GIVEN}
  ${sourceRows(source, `t.${identifier(first.owner)} = ANY (keys)`)}
  ON CONFLICT (${columnList(source.identity)}) DO ${changing.length === 0 ? "NOTHING" : `UPDATE SET ${sets.join(", ")} WHERE ${differs(left, right)}`})
  SELECT count(*) INTO released FROM released;
  IF gone THEN
    DELETE FROM ${sourceTable(source)} s WHERE s.${key} = ANY (keys)${kept}
       AND NOT EXISTS (${present});
  END IF;
  ${QUIETLY.end}
  -- While a row is set aside its targets stay as they were; what they refer to may have come meanwhile.
  IF released > 0 THEN PERFORM ${forwardFunction(source)}(keys, false); END IF;
END $function$`,
    `CREATE OR REPLACE FUNCTION ${backwardFunction(source)}(keys ${keys}, gone boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER ${FUNCTION_SETTINGS} AS $function$
DECLARE
  middle integer := cardinality(keys) / 2;
  state text;
  message text;
BEGIN
  BEGIN
    ${call(`${unapply}(keys, gone)`)}
    RETURN;
  EXCEPTION WHEN ${PASS_THROUGH} THEN RAISE;
    WHEN OTHERS THEN GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
  END;
  IF middle > 0 THEN
    PERFORM ${backwardFunction(source)}(keys[:middle], gone);
    PERFORM ${backwardFunction(source)}(keys[middle + 1:], gone);
    RETURN;
  END IF;
  INSERT INTO ${BOOK}.quarantine (source, key, direction, rule, reason, row)
  SELECT ${table}, k.key::text, 'backward', 'error-' || state, message,
         (SELECT to_jsonb(t) FROM ${targetTable(first)} t WHERE t.${identifier(first.owner)} = k.key)
    FROM unnest(keys) AS k(key)
  ON CONFLICT (source, key, direction) DO UPDATE
     SET rule = excluded.rule, reason = excluded.reason, row = excluded.row, waits_for = NULL, found_at = now();
END $function$`,
  ];
}

/** A merged row has no row of its own in the first target and must not be taken for deleted. */
function keptAliases(source: Source): string {
  const aliases = source.targets.find((target) => target.table === source.merge?.aliases);
  if (aliases === undefined) return "";
  return ` AND NOT EXISTS (SELECT FROM ${targetTable(aliases)} a WHERE a.${identifier(aliases.owner)} = s.${identifier(source.key)})`;
}

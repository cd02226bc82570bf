import { type Model, type Source, type Target, writtenBackward } from "../declarations/model";
import { toldApart } from "../declarations/told-apart";
import { lockBuckets } from "./buckets";
import { usedColumns } from "./inputs";
import {
  BOOK,
  backwardFunction,
  call,
  FUNCTION_SETTINGS,
  forwardFunction,
  GUARD,
  identifier,
  literal,
  nameOf,
  qualified,
  sourceTable,
  TRIGGER,
  targetTable,
} from "./names";
import { singleRows, singleVariables, singly } from "./single/single";

type Event = "insert" | "update" | "delete" | "truncate";
const EVENTS: readonly Event[] = ["insert", "update", "delete", "truncate"];

/** A table with triggers: where they are, what function each event calls, and what it does. */
export interface Triggered {
  readonly schema: string;
  readonly table: string;
  readonly functions: Readonly<Record<Event, { readonly name: string; readonly definition: string }>>;
}

/** Every table of both models that is synchronised, old model first. */
export function triggeredTables(model: Model): Triggered[] {
  const forward = model.sources.map((source) =>
    triggered(source.schema, source.table, "old", (event) => forwardBody(source, event)),
  );
  const backward = model.sources.flatMap((source) =>
    writtenBackward(source).map((target) =>
      triggered(target.schema, target.table, "new", (event) => backwardBody(source, target, event)),
    ),
  );
  return [...forward, ...backward];
}

/** One statement for each trigger of a table. Statement triggers see all rows of a statement at once. */
export function createTriggers(one: Triggered): string[] {
  const table = qualified(one.schema, one.table);
  const seen: Readonly<Record<Event, string>> = {
    insert: "REFERENCING NEW TABLE AS new_rows",
    update: "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    delete: "REFERENCING OLD TABLE AS old_rows",
    truncate: "",
  };
  return EVENTS.map((event) => {
    const when = event === "truncate" ? "BEFORE" : "AFTER";
    return `CREATE OR REPLACE TRIGGER ${identifier(`${TRIGGER}_${event}`)} ${when} ${event.toUpperCase()} ON ${table}
 ${seen[event]} FOR EACH STATEMENT WHEN (current_setting('${GUARD}', true) IS DISTINCT FROM 'on')
 EXECUTE FUNCTION ${one.functions[event].name}()`;
  });
}

export const dropTriggers = (one: { readonly schema: string; readonly table: string }): string[] =>
  EVENTS.map(
    (event) =>
      `DROP TRIGGER IF EXISTS ${identifier(`${TRIGGER}_${event}`)} ON ${qualified(one.schema, one.table)}`,
  );

function triggered(
  schema: string,
  table: string,
  side: "old" | "new",
  body: (event: Event) => string,
): Triggered {
  const define = (event: Event) => {
    const name = qualified(BOOK, nameOf(side, table, event));
    return {
      name,
      definition: `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER ${FUNCTION_SETTINGS} AS $function$
${body(event)} $function$`,
    };
  };
  return {
    schema,
    table,
    functions: {
      insert: define("insert"),
      update: define("update"),
      delete: define("delete"),
      truncate: define("truncate"),
    },
  };
}

function forwardBody(source: Source, event: Event): string {
  if (event === "truncate") return refuseTruncate(sourceTable(source));
  const used = usedColumns(source).map((name) => ({ name, type: source.types[name] ?? "" }));
  const keys = `keys := ARRAY(${changedKeys(source.key, used, event)});`;
  const work = call(`${forwardFunction(source)}(keys, ${event === "insert"})`);
  if (event === "delete" || !singly(source)) return body(source, "", keys, work);
  return body(
    source,
    singleVariables(source),
    `${singleRows(source, event)}\n  IF keys IS NULL THEN ${keys} END IF;`,
    work,
  );
}

function backwardBody(source: Source, target: Target, event: Event): string {
  if (event === "truncate") return refuseTruncate(targetTable(target));
  const first = source.targets[0] === target;
  const keys = `keys := ARRAY(${changedKeys(target.owner, target.columns, event)});`;
  return body(source, "", keys, call(`${backwardFunction(source)}(keys, ${first && event !== "insert"})`));
}

function body(source: Source, variables: string, keys: string, work: string): string {
  return `#variable_conflict use_column
DECLARE keys ${source.keyType}[]; ${variables}
BEGIN
  ${keys}
  IF COALESCE(pg_catalog.cardinality(keys), 0) = 0 THEN RETURN NULL; END IF;
  ${lockBuckets(source, "keys")}
  ${work}
  -- A transaction that keeps an old snapshot may not see what was loaded meanwhile; such rows are looked at again.
  IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
    INSERT INTO ${BOOK}.recheck (source, key) SELECT ${literal(source.table)}, k::text FROM pg_catalog.unnest(keys) k ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END`;
}

/** Keys of the rows a statement really changed, in columns that matter. */
function changedKeys(
  key: string,
  used: readonly { readonly name: string; readonly type: string }[],
  event: Event,
): string {
  const name = identifier(key);
  if (event === "insert") return `SELECT DISTINCT n.${name} FROM new_rows n WHERE n.${name} IS NOT NULL`;
  if (event === "delete") return `SELECT DISTINCT o.${name} FROM old_rows o WHERE o.${name} IS NOT NULL`;
  const others = used.filter((column) => column.name !== key);
  const left = others.map((column) => toldApart(`n.${identifier(column.name)}`, column.type));
  const right = others.map((column) => toldApart(`o.${identifier(column.name)}`, column.type));
  // One owner may have several rows here, so rows are paired by content, not by key alone.
  return `SELECT DISTINCT k FROM (
    (SELECT n.${name}, ${left.join(", ") || "1"} FROM new_rows n EXCEPT ALL SELECT o.${name}, ${right.join(", ") || "1"} FROM old_rows o)
    UNION ALL
    (SELECT o.${name}, ${right.join(", ") || "1"} FROM old_rows o EXCEPT ALL SELECT n.${name}, ${left.join(", ") || "1"} FROM new_rows n)
  ) AS changed(k) WHERE k IS NOT NULL`;
}

const refuseTruncate = (table: string): string => `BEGIN
  RAISE EXCEPTION 'TRUNCATE of ${table.replaceAll("'", "''")} is refused while the data models are synchronised'
    USING HINT = 'Use DELETE, or revert or finish the migration first.';
END`;

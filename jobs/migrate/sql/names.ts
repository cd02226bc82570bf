import { createHash } from "node:crypto";
import { identifier, literal } from "../../frame/database";
import type { Source, Target } from "../declarations/model";

export { identifier, literal };

/** Schema of the engine's own tables and functions. */
export const BOOK = "order_upgrade";

/** Transaction setting that tells triggers that the engine itself writes. */
export const GUARD = "order_upgrade.applying";

/**
 * Settings for statements over a range of keys. Statistics lag behind while tables fill, and a plan made for an empty
 * table reads a full one over and over; every access the engine needs has an index, so it is told to use it. Names mean what
 * they mean in the triggers.
 */
export const PLANS =
  "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL enable_seqscan = off; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'";

/** Settings of the functions the triggers call. Planning their statements anew would cost several times what they do. */
export const FUNCTION_SETTINGS = `SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off`;

/**
 * Around what writes into a model, so that the triggers of that model stay quiet. Set in the body: a function's own SET
 * clause may name a setting of ours only when a superuser makes the function, and RDS has none. When the body fails, the
 * caller's subtransaction puts the old value back.
 */
export const QUIETLY = {
  declare: `quiet text := coalesce(current_setting('${GUARD}', true), ''); ignored text;`,
  begin: `ignored := set_config('${GUARD}', 'on', true);`,
  end: `ignored := set_config('${GUARD}', quiet, true);`,
} as const;

/**
 * Runs a function in PL/pgSQL for what it does. As an expression it is evaluated where it stands; PERFORM would start an
 * executor for it, which costs ten times as much.
 */
export const call = (expression: string): string => `IF ${expression} IS NULL THEN NULL; END IF;`;

/** Of an INSERT: a key is written as the other model says, also where it is GENERATED ALWAYS AS IDENTITY. */
export const AS_GIVEN = "OVERRIDING SYSTEM VALUE";

export const columnList = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? identifier(name) : `${alias}.${identifier(name)}`)).join(", ");

export const qualified = (schema: string, table: string): string =>
  `${identifier(schema)}.${identifier(table)}`;

export const sourceTable = (source: Source): string => qualified(source.schema, source.table);
export const targetTable = (target: Target): string => qualified(target.schema, target.table);

/** To be appended to a condition on rows `t` of a target: what tells them from rows that others write to the same table. */
export const filtered = ({ filter }: Target): string => (filter === undefined ? "" : ` AND (${filter})`);
/** Condition of the rows `t` of a target that belong to the source row `s`. */
export const ownedRows = (source: Source, target: Target): string =>
  `t.${identifier(target.owner)} = s.${identifier(source.key)}${filtered(target)}`;

const LONGEST_NAME = 63;

/** Our name for something of a table. PostgreSQL cuts long names short, which may then be the same; they get a digest. */
export function nameOf(what: string, ...of: readonly string[]): string {
  const name = [what, ...of].join("_");
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  return `${what}_${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
}

export const forwardFunction = (source: Source): string => qualified(BOOK, nameOf("forward", source.table));
export const backwardFunction = (source: Source): string => qualified(BOOK, nameOf("backward", source.table));

/** Names of the engine's triggers begin with this. */
export const TRIGGER = "order_upgrade";

/** `(a, b) IS DISTINCT FROM (c, d)`. */
export const differs = (left: readonly string[], right: readonly string[]): string =>
  left.length === 0 ? "false" : `(${left.join(", ")}) IS DISTINCT FROM (${right.join(", ")})`;

/** A value in the sense it is compared in. */
export const compared = (compare: string, value: string): string =>
  compare === "$" ? value : `(${compare.replaceAll("$", value)})`;

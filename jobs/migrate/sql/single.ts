import type { Source, Target } from "../declarations/model";
import { bucketOf, lockClass } from "./buckets";
import { PASS_THROUGH } from "./forward";
import { updateRow, upsert } from "./forward-rows";
import {
  asksTables,
  inputsOf,
  inputsOfConditions,
  looksIntoTables,
  readsWholeRow,
  usedColumns,
} from "./inputs";
import {
  BOOK,
  call,
  columnList,
  differs,
  identifier,
  literal,
  ownedRows,
  QUIETLY,
  targetTable,
} from "./names";

/** Rows of one statement up to which each is written by itself. */
const FEW_ROWS = 8;

/** A bit for what is in a target and one for whether it has rows, in an integer. */
const MOST_TARGETS = 15;

/** What the query adds to a row begins so, to be no column of anybody. */
const MARK = "order_upgrade";

/**
 * Whether rows of a source can be written one by one: each is one row, no other row has a say in it, and its row in the
 * first target tells that it was looked at before.
 */
export const singly = (source: Source): boolean =>
  source.identity.length === 1 &&
  source.targets.length > 0 &&
  source.targets[0]?.when === undefined &&
  source.targets[0]?.each === undefined &&
  source.merge === undefined &&
  source.targets.length <= MOST_TARGETS &&
  source.targets.every((target) => !readsWholeRow(rowsOf(target)) && !readsWholeRow(target.when ?? "")) &&
  source.rules.every((rule) => !readsWholeRow(rule.when));

const contentBit = (index: number): number => 1 << (2 * index);
const conditionBit = (index: number): number => 1 << (2 * index + 1);
/** The bit of the rules that look into tables. */
const LOOKING_BIT = 1 << (2 * MOST_TARGETS);

/** SQL for the bits of the targets that a change from the row `o` to the row `n` concerns. */
export function affectedBits(source: Source): string {
  const bits = new Map<string, number>();
  const add = (names: readonly string[], bit: number): void => {
    for (const name of names) bits.set(name, (bits.get(name) ?? 0) | bit);
  };
  source.targets.forEach((target, index) => {
    const { condition, content } = inputsOf(source, target);
    add(content, contentBit(index));
    add(condition, conditionBit(index));
  });
  add(inputsOfConditions(source, rules(source).looking), LOOKING_BIT);
  const groups = new Map<number, string[]>();
  for (const [name, bit] of bits)
    if (name !== source.key) groups.set(bit, [...(groups.get(bit) ?? []), name]);
  const parts = [...groups].map(
    ([bit, names]) =>
      `CASE WHEN (${columnList(names, "n")}) IS DISTINCT FROM (${columnList(names, "o")}) THEN ${bit} ELSE 0 END`,
  );
  return parts.length === 0 ? "0" : parts.join(" | ");
}

/** Variables of `singleRows`. */
export const singleVariables = (source: Source): string =>
  `s record; few bigint; low ${source.keyType}; high ${source.keyType}; doubtful boolean; ${QUIETLY.declare}`;

/**
 * PL/pgSQL that writes the few rows of a live statement forward row by row, target by target, and only those a change
 * concerns. What customers do is mostly one row at a time, and a statement that knows all targets and cases costs several
 * times what it does. The range is locked before anything of the new model is read; rows of two ranges take the long way.
 * Where it ends without RETURN, `keys` is what is left for the long way: NULL for all rows, when the rows are many, a key
 * changed, the snapshot is an old one, or an error came up; else rows that are set aside, in the quarantine, or not loaded
 * yet, so that nothing is known about what did not change.
 */
export function singleRows(source: Source, event: "insert" | "update"): string {
  const key = identifier(source.key);
  const counted = source.ranged
    ? `SELECT pg_catalog.count(*), pg_catalog.min(n.${key}), pg_catalog.max(n.${key}) INTO few, low, high FROM new_rows n;`
    : "SELECT pg_catalog.count(*) INTO few FROM new_rows n;";
  const near = source.ranged ? ` AND ${bucketOf(source, "low")} = ${bucketOf(source, "high")}` : "";
  const lock = call(
    `pg_catalog.pg_advisory_xact_lock_shared(${lockClass(source)}, ${source.ranged ? bucketOf(source, "low") : "0"})`,
  );
  const { looking } = rules(source);
  const asked =
    event === "insert"
      ? ""
      : looking
          .map(
            (rule) =>
              `        IF NOT doubtful AND s.${MARK}_affected & ${LOOKING_BIT} <> 0 THEN IF ${rule} THEN doubtful := true; END IF; END IF;\n`,
          )
          .join("");
  return `  ${counted}
  IF few = 0 THEN RETURN NULL; END IF;
  IF few <= ${FEW_ROWS} AND pg_catalog.current_setting('transaction_isolation') = 'read committed'${near} THEN
    ${lock}
    keys := '{}';
    BEGIN
      ${QUIETLY.begin}
      FOR s IN ${event === "insert" ? newRows(source) : changedRows(source)} LOOP
        ${event === "update" ? `IF s.${MARK}_moved THEN keys := NULL; EXIT; END IF;\n        ` : ""}doubtful := COALESCE(s.${MARK}_doubtful, false);
${asked}        IF doubtful THEN
          keys := keys || s.${key};
        ELSE
${source.targets.map((target, index) => (event === "insert" ? freshTarget(target) : changedTarget(source, target, index))).join("\n")}
        END IF;
      END LOOP;
      ${QUIETLY.end}
    EXCEPTION WHEN ${PASS_THROUGH} THEN RAISE;
      WHEN OTHERS THEN keys := NULL;
    END;
    IF pg_catalog.cardinality(keys) = 0 THEN RETURN NULL; END IF;
  END IF;`;
}

/** Conditions that set a row aside: those that need nothing but the row, and those that look into tables. */
function rules(source: Source): { plain: string[]; looking: string[] } {
  const all = source.rules.filter(({ action }) => action === "set-aside").map((rule) => rule.when);
  return {
    plain: all.filter((rule) => !asksTables(rule)),
    looking: all.filter(asksTables),
  };
}

/** Inserted rows with their prepared values, and whether the long way must look at them. */
function newRows(source: Source): string {
  const { plain, looking } = rules(source);
  const doubts = [noted(source), ...plain, ...looking].map((one) => `(${one})`).join(" OR ");
  return `SELECT s.*, ${doubts} AS ${MARK}_doubtful FROM ${prepared(source, "SELECT n.* FROM new_rows n", true)} s`;
}

/** The same for updated rows, of those whose change matters, with what it concerns and which conditions were met before. */
function changedRows(source: Source): string {
  const key = identifier(source.key);
  const others = usedColumns(source).filter((column) => column !== source.key);
  const changed =
    others.length === 0
      ? "false"
      : differs(
          others.map((name) => `n.${identifier(name)}`),
          others.map((name) => `o.${identifier(name)}`),
        );
  const before = source.targets.flatMap((target, index) =>
    remembered(source, target) ? [`COALESCE(${target.when}, false) AS ${MARK}_was_${index}`] : [],
  );
  const was =
    before.length === 0
      ? ""
      : `\n   CROSS JOIN LATERAL (SELECT ${before.join(", ")} FROM ${prepared(source, "SELECT o.*", false)} s) was`;
  const rows = `SELECT n.*, o.${key} IS NULL AS ${MARK}_moved, ${affectedBits(source)} AS ${MARK}_affected${was === "" ? "" : ", was.*"}
   FROM new_rows n LEFT JOIN old_rows o ON o.${key} = n.${key}${was} WHERE o.${key} IS NULL OR ${changed}`;
  const [first] = source.targets;
  const known =
    first === undefined
      ? "false"
      : `EXISTS (SELECT FROM ${targetTable(first)} t WHERE t.${identifier(first.owner)} = s.${key})`;
  const doubts = [noted(source), `NOT ${known}`, ...rules(source).plain]
    .map((one) => `(${one})`)
    .join(" OR ");
  return `SELECT s.*, ${doubts} AS ${MARK}_doubtful FROM ${prepared(source, rows, true)} s`;
}

const noted = (source: Source): string =>
  `EXISTS (SELECT FROM ${BOOK}.quarantine q WHERE q.source = ${literal(source.table)} AND q.key = s.${identifier(source.key)}::text AND q.direction = 'forward')`;

/** Rows with their prepared values; each computed once when they are `fixed`. */
function prepared(source: Source, rows: string, fixed: boolean): string {
  const fence = fixed ? " OFFSET 0" : "";
  return source.prepare.reduce((from, stage) => {
    const values = Object.entries(stage).map(([name, sql]) => `(${sql}) AS ${identifier(name)}`);
    return `(SELECT s.*, ${values.join(", ")} FROM ${from} s${fence})`;
  }, `(${rows}${fence})`);
}

/** Whether it costs next to nothing to ask if the row as it was met the condition of a target. */
const remembered = (source: Source, target: Target): boolean =>
  target.when !== undefined && !looksIntoTables(source, target.when);

/** A new row has nothing behind it. Where there is something all the same, the error leads to the long way. */
function freshTarget(target: Target): string {
  const insert = `INSERT INTO ${targetTable(target)} (${columnList(target.columns.map(({ name }) => name))})
          ${rowsOf(target)};`;
  return target.when === undefined
    ? `          ${insert}`
    : `          IF ${target.when} THEN ${insert}
          END IF;`;
}

function changedTarget(source: Source, target: Target, index: number): string {
  const owned = ownedRows(source, target);
  const same = target.key.map((name) => `f.${identifier(name)} = t.${identifier(name)}`).join(" AND ");
  const insert = `${upsert(target, rowsOf(target))};`;
  const remove = `DELETE FROM ${targetTable(target)} t WHERE ${owned}`;
  const one = target.each === undefined && target.key.every((name) => name === target.owner);
  const update = one
    ? `${updateRow(target, owned)}
            IF NOT FOUND THEN ${insert} END IF;`
    : `${insert}
            ${remove} AND NOT EXISTS (SELECT FROM (${rowsOf(target)}) f WHERE ${same});`;
  const content = `s.${MARK}_affected & ${contentBit(index)} <> 0`;
  if (target.when === undefined)
    return `          IF ${content} THEN
            ${update}
          END IF;`;
  const there = remembered(source, target)
    ? `s.${MARK}_was_${index}`
    : `EXISTS (SELECT FROM ${targetTable(target)} t WHERE ${owned})`;
  return `          IF s.${MARK}_affected & ${contentBit(index) | conditionBit(index)} <> 0 THEN
            IF ${target.when} THEN
              IF NOT ${there} THEN ${insert}
              ELSIF ${content} THEN ${update}
              END IF;
            ELSIF ${there} THEN
              ${remove};
            END IF;
          END IF;`;
}

/** SELECT of the rows that the one row `s` gives in a target. */
function rowsOf(target: Target): string {
  const values = target.columns.map(
    (column) => `(${column.forward})::${column.type} AS ${identifier(column.name)}`,
  );
  const each = target.each === undefined ? "" : ` FROM ${target.each.from} AS ${target.each.as}`;
  return `SELECT ${values.join(", ")}${each}`;
}

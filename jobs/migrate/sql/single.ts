import type { Source, Target } from "../declarations/model";
import { updateWhereDifferent, upsert } from "./forward-rows";
import { inputsOf, inputsOfConditions, readsWholeRow } from "./inputs";
import { judged } from "./judge";
import { BOOK, columnList, identifier, literal, QUIETLY, qualified, targetTable } from "./names";

/** Rows of one statement up to which each is written by itself. */
export const FEW_ROWS = 8;

/** Two bits a target, in an integer. */
const MOST_TARGETS = 15;

/**
 * Whether rows of a source can be written one by one: each is one row, no other row has a say in it, and its row in the
 * first target tells that it was looked at before.
 */
export const singly = (source: Source): boolean =>
  source.identity.length === 1 &&
  source.targets[0]?.when === undefined &&
  source.targets[0]?.each === undefined &&
  source.merge === undefined &&
  source.targets.length <= MOST_TARGETS &&
  source.targets.every((target) => !readsWholeRow(rowsOf(target)) && !readsWholeRow(target.when ?? "")) &&
  source.rules.every((rule) => !readsWholeRow(rule.when));

export const singleFunction = (source: Source): string => qualified(BOOK, `single_${source.table}`);

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

/**
 * The function that writes one source row forward, target by target, and only those a change concerns. What customers do
 * is mostly one row at a time, and a statement that knows all targets and cases costs several times what it does.
 * Gives false, with nothing written, where that statement is needed: a row that is gone, set aside, in the quarantine, or
 * not loaded yet, so that nothing is known about what did not change.
 */
export function singleFunctionDefinition(source: Source): string {
  const table = literal(source.table);
  const key = identifier(source.key);
  const { plain, looking } = rules(source);
  const noted = `EXISTS (SELECT FROM ${BOOK}.quarantine q WHERE q.source = ${table} AND q.key = j.${key}::text AND q.direction = 'forward')`;
  const [first] = source.targets;
  const known =
    first === undefined
      ? "false"
      : `EXISTS (SELECT FROM ${targetTable(first)} t WHERE t.${identifier(first.owner)} = j.${key})`;
  return `CREATE OR REPLACE FUNCTION ${singleFunction(source)}(single_key ${source.keyType}, fresh boolean, affected integer) RETURNS boolean
LANGUAGE plpgsql AS $function$
#variable_conflict use_column
DECLARE s record; ${QUIETLY.declare}
BEGIN
  SELECT j.*, ${noted} AS noted, fresh OR ${known} AS known INTO s FROM (${judged({ ...source, rules: [] }, "live", `s.${key} = single_key`)}) j;
  IF NOT FOUND OR s.noted OR NOT s.known${plain.map((rule) => ` OR (${rule})`).join("")} THEN RETURN false; END IF;
${looking.map((rule) => `  IF fresh OR affected & ${LOOKING_BIT} <> 0 THEN IF ${rule} THEN RETURN false; END IF; END IF;\n`).join("")}  ${QUIETLY.begin}
  IF fresh THEN
${source.targets.map(freshTarget).join("\n")}
  ELSE
${source.targets.map((target, index) => changedTarget(source, target, index)).join("\n")}
  END IF;
  ${QUIETLY.end}
  RETURN true;
END $function$`;
}

/**
 * Conditions that set a row aside: those that need nothing but the row, which cost nothing, and those that look into
 * tables, which are asked only when what they look for changed.
 */
function rules(source: Source): { plain: string[]; looking: string[] } {
  const all = source.rules.filter(({ action }) => action === "set-aside").map((rule) => rule.when);
  return {
    plain: all.filter((rule) => !/\bSELECT\b/i.test(rule)),
    looking: all.filter((rule) => /\bSELECT\b/i.test(rule)),
  };
}

/** A new row has nothing behind it. Where there is something all the same, the whole statement sorts it out. */
function freshTarget(target: Target, index: number): string {
  const insert = `INSERT INTO ${targetTable(target)} (${columnList(target.columns.map(({ name }) => name))})
    ${rowsOf(target)} ON CONFLICT (${columnList(target.key)}) DO NOTHING;`;
  const check =
    index === 0 && target.each === undefined
      ? `\n    IF NOT FOUND THEN ${QUIETLY.end} RETURN false; END IF;`
      : "";
  return target.when === undefined
    ? `    ${insert}${check}`
    : `    IF ${target.when} THEN ${insert}${check}\n    END IF;`;
}

function changedTarget(source: Source, target: Target, index: number): string {
  const owned = `t.${identifier(target.owner)} = s.${identifier(source.key)}${target.filter === undefined ? "" : ` AND (${target.filter})`}`;
  const there = `EXISTS (SELECT FROM ${targetTable(target)} t WHERE ${owned})`;
  const same = target.key.map((name) => `f.${identifier(name)} = t.${identifier(name)}`).join(" AND ");
  const insert = `${upsert(target, rowsOf(target))};`;
  const update = updateWhereDifferent(target, rowsOf(target), same);
  const one = target.each === undefined && target.key.every((name) => name === target.owner);
  const several = `${insert}
      DELETE FROM ${targetTable(target)} t WHERE ${owned} AND NOT EXISTS (SELECT FROM (${rowsOf(target)}) f WHERE ${same});`;
  const content = contentBit(index);
  if (target.when === undefined)
    return `    IF affected & ${content} <> 0 THEN
      ${one ? `${update}\n      IF NOT FOUND AND NOT ${there} THEN ${insert} END IF;` : several}
    END IF;`;
  // When only the condition changed, rows that are there are what they should be.
  const write = one
    ? `IF NOT ${there} THEN ${insert}
        ELSIF affected & ${content} <> 0 THEN ${update}
        END IF;`
    : `IF affected & ${content} <> 0 OR NOT ${there} THEN ${several} END IF;`;
  return `    IF affected & ${content | conditionBit(index)} <> 0 THEN
      IF ${target.when} THEN
        ${write}
      ELSE
        DELETE FROM ${targetTable(target)} t WHERE ${owned};
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

import type { Source, Target, TargetColumn } from "../../declarations/model";
import { anyDiffers, differing, type Remembered } from "../../declarations/originals";
import { isReference } from "../../declarations/references";
import { asksTables, columnsIn } from "../inputs";
import { compared, identifier, literal, nameOf, ownedRows, targetTable } from "../names";
import { MARK, REMEMBERED } from "./rows";
import type { Touched } from "./touched";

/** Whether there is something to remember. */
const DIFFERS = `${MARK}_differs`;

/** A target with one row for each of the source, always: its columns are written one by one. */
export const byColumn = (target: Target): boolean =>
  target.when === undefined && target.each === undefined && target.key.every((name) => name === target.owner);

/** Variables of what is written column by column. */
export const columnVariables = (source: Source): string =>
  [
    `${DIFFERS} boolean;`,
    ...source.targets.flatMap((target) =>
      settable(target)
        .filter(asking)
        .map((column) => `${variable(target, column)} ${column.type};`),
    ),
  ].join(" ");

/** Columns of the source that are read together for the columns of a target. */
export function columnUses(source: Source, target: Target): string[][] {
  const copies = settable(target).filter((column) => copied(source, column));
  return [
    readsOf(source, copies),
    ...settable(target)
      .filter((column) => !copies.includes(column))
      .flatMap((column) => column.remembers?.map((one) => needs(source, one)) ?? [readsOf(source, [column])]),
  ];
}

/** PL/pgSQL that writes the columns of a target's row that a change concerns. A row that is not there is the long way's. */
export function writeColumns(source: Source, target: Target, touched: Touched): string {
  const columns = settable(target);
  const sets = columns.flatMap((column) => {
    const value = newValue(source, target, column, touched);
    return value === undefined ? [] : [`${identifier(column.name)} = ${value}`];
  });
  if (sets.length === 0) return "";
  const before = columns.flatMap((column) => {
    if (column.remembers !== undefined) return [remember(source, column.remembers, touched)];
    const concerned = touched.any(readsOf(source, [column]));
    return asking(column) && concerned !== "false"
      ? [`IF ${concerned} THEN ${variable(target, column)} := (${column.forward}); END IF;`]
      : [];
  });
  return `          IF ${touched.any(readsOf(source, columns))} THEN
            ${[...before, `UPDATE ${targetTable(target)} t SET ${sets.join(", ")} WHERE ${ownedRows(source, target)};`].join("\n            ")}
            IF NOT FOUND THEN keys := keys || s.${identifier(source.key)}; END IF;
          END IF;`;
}

const settable = (target: Target): TargetColumn[] =>
  target.columns.filter((column) => !target.key.includes(column.name));

/** A column that takes a value of the source as it is. */
const copied = (source: Source, column: TargetColumn): boolean =>
  column.compare === "$" && source.columns.some((name) => isReference(column.forward, name));

/** A column whose value takes a table to find; the statement that writes it is spared that where nothing changes it. */
const asking = (column: TargetColumn): boolean =>
  column.remembers === undefined && asksTables(column.forward);

const variable = (target: Target, column: TargetColumn): string =>
  identifier(nameOf(MARK, target.table, column.name));

const needs = (source: Source, one: Remembered): string[] =>
  columnsIn(source, [one.differs, `s.${identifier(one.name)}`]);

const readsOf = (source: Source, columns: readonly TargetColumn[]): string[] =>
  columns.flatMap(
    ({ forward, remembers }) =>
      remembers?.flatMap((one) => needs(source, one)) ?? columnsIn(source, [forward]),
  );

/** What a column is set to; nothing, where no column of the source has a say in it. */
function newValue(
  source: Source,
  target: Target,
  column: TargetColumn,
  touched: Touched,
): string | undefined {
  const now = `t.${identifier(column.name)}`;
  const concerned = touched.any(readsOf(source, [column]));
  if (concerned === "false") return undefined;
  if (column.remembers !== undefined) {
    const names = column.remembers.map(
      (one) => `CASE WHEN ${touched.any(needs(source, one))} THEN ${literal(one.name)} END`,
    );
    const forgotten = `pg_catalog.array_remove(ARRAY[${names.join(", ")}]::text[], NULL)`;
    return `CASE WHEN ${concerned}
              THEN CASE WHEN ${now} IS NULL THEN ${REMEMBERED} ELSE NULLIF((${now} - ${forgotten}) || COALESCE(${REMEMBERED}, '{}'::jsonb), '{}'::jsonb) END
              ELSE ${now} END`;
  }
  const value = asking(column) ? variable(target, column) : `(${column.forward})::${column.type}`;
  if (copied(source, column)) return value;
  const differs =
    column.compare === "$"
      ? ""
      : ` AND ${compared(column.compare, now)} IS DISTINCT FROM ${compared(column.compare, value)}`;
  return `CASE WHEN ${concerned}${differs} THEN ${value} ELSE ${now} END`;
}

/** PL/pgSQL for what is to be remembered of the columns that were changed, and what is not any more. */
function remember(source: Source, remembers: readonly Remembered[], touched: Touched): string {
  const concerned = (some: readonly Remembered[]): string =>
    touched.any(some.flatMap((one) => needs(source, one)));
  const now = remembers.map((one) => ({ ...one, differs: `${concerned([one])} AND ${one.differs}` }));
  const plain = now.filter(({ differs }) => !asksTables(differs));
  const looking = now.filter(({ differs }) => asksTables(differs));
  const lookup =
    looking.length === 0
      ? ""
      : `
              IF NOT ${DIFFERS} AND ${concerned(looking)} THEN ${DIFFERS} := ${anyDiffers(looking)}; END IF;`;
  return `IF ${concerned(remembers)} THEN
              ${REMEMBERED} := NULL;
              ${DIFFERS} := ${plain.length === 0 ? "false" : anyDiffers(plain)};${lookup}
              IF ${DIFFERS} THEN ${REMEMBERED} := ${differing(now)}; END IF;
            END IF;`;
}

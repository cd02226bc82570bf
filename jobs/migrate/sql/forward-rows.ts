import type { Target, TargetColumn } from "../declarations/model";
import { AS_GIVEN, columnList, compared, differs, identifier, targetTable } from "./names";

/** Writes rows where they differ. A value equal in the sense of its `compare` is left as it is. */
export function upsert(target: Target, rows: string): string {
  const others = othersOf(target);
  const head = `INSERT INTO ${targetTable(target)} AS t (${columnList(target.columns.map(({ name }) => name))}) ${AS_GIVEN}
  ${rows}
  ON CONFLICT (${columnList(target.key)}) DO`;
  if (others.length === 0) return `${head} NOTHING`;
  return `${head} UPDATE SET ${others.map((column) => assignment(column, excluded(column))).join(", ")}
  WHERE ${differs(
    others.map((column) => compared(column.compare, stored(column))),
    others.map((column) => compared(column.compare, excluded(column))),
  )}`;
}

/** Brings the row of a target that meets `owned` in line with the row `s`. */
export function updateRow(target: Target, owned: string): string {
  const others = othersOf(target);
  if (others.length === 0) return `PERFORM FROM ${targetTable(target)} t WHERE ${owned};`;
  const sets = others.map((column) => assignment(column, `(${column.forward})::${column.type}`));
  return `UPDATE ${targetTable(target)} t SET ${sets.join(", ")} WHERE ${owned};`;
}

const othersOf = (target: Target): TargetColumn[] =>
  target.columns.filter((column) => !target.key.includes(column.name));

const stored = ({ name }: TargetColumn): string => `t.${identifier(name)}`;
const excluded = ({ name }: TargetColumn): string => `excluded.${identifier(name)}`;

function assignment(column: TargetColumn, value: string): string {
  const name = identifier(column.name);
  if (column.compare === "$") return `${name} = ${value}`;
  const differ = `${compared(column.compare, stored(column))} IS DISTINCT FROM ${compared(column.compare, value)}`;
  return `${name} = CASE WHEN ${differ} THEN ${value} ELSE ${stored(column)} END`;
}

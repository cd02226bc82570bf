import type { Target } from "../declarations/model";
import { columnList, compared, differs, identifier, targetTable } from "./names";

/** Writes rows where they differ. A value equal in the sense of its `compare` is left as it is. */
export function upsert(target: Target, rows: string): string {
  const others = target.columns.filter((column) => !target.key.includes(column.name));
  const left = others.map((column) => compared(column.compare, `t.${identifier(column.name)}`));
  const right = others.map((column) => compared(column.compare, `excluded.${identifier(column.name)}`));
  const head = `INSERT INTO ${targetTable(target)} AS t (${columnList(target.columns.map(({ name }) => name))})
  ${rows}
  ON CONFLICT (${columnList(target.key)}) DO`;
  if (others.length === 0) return `${head} NOTHING`;
  const sets = others.map((column, index) => {
    const name = identifier(column.name);
    return column.compare === "$"
      ? `${name} = excluded.${name}`
      : `${name} = CASE WHEN ${left[index]} IS DISTINCT FROM ${right[index]} THEN excluded.${name} ELSE t.${name} END`;
  });
  return `${head} UPDATE SET ${sets.join(", ")}
  WHERE ${differs(left, right)}`;
}

/** Brings the row of a target that meets `owned` in line with the row `s`. */
export function updateRow(target: Target, owned: string): string {
  const others = target.columns.filter((column) => !target.key.includes(column.name));
  if (others.length === 0) return `PERFORM FROM ${targetTable(target)} t WHERE ${owned};`;
  const sets = others.map((column) => {
    const name = identifier(column.name);
    const value = `(${column.forward})::${column.type}`;
    if (column.compare === "$") return `${name} = ${value}`;
    const same = `${compared(column.compare, `t.${name}`)} IS NOT DISTINCT FROM ${compared(column.compare, value)}`;
    return `${name} = CASE WHEN ${same} THEN t.${name} ELSE ${value} END`;
  });
  return `UPDATE ${targetTable(target)} t SET ${sets.join(", ")} WHERE ${owned};`;
}

import type { Target } from "../declarations/model";
import { columnList, compared, differs, identifier, targetTable } from "./names";

/** Writes rows where they differ. A value equal in the sense of its `compare` is left as it is. */
export function upsert(target: Target, rows: string): string {
  const { others, left, right, sets } = changes(target, "excluded");
  const head = `INSERT INTO ${targetTable(target)} AS t (${columnList(target.columns.map(({ name }) => name))})
  ${rows}
  ON CONFLICT (${columnList(target.key)}) DO`;
  if (others.length === 0) return `${head} NOTHING`;
  return `${head} UPDATE SET ${sets.join(", ")}
  WHERE ${differs(left, right)}`;
}

/** Brings a row of a target that is there in line with `rows`, whose only row `f` meets `same`. */
export function updateWhereDifferent(target: Target, rows: string, same: string): string {
  const { others, left, right, sets } = changes(target, "f");
  if (others.length === 0) return "NULL;";
  return `UPDATE ${targetTable(target)} t SET ${sets.join(", ")}
  FROM (${rows} OFFSET 0) f WHERE ${same} AND ${differs(left, right)};`;
}

/** The columns of a target but its key: how the row `t` and a new one are compared, and what is set. */
function changes(target: Target, now: string) {
  const others = target.columns.filter((column) => !target.key.includes(column.name));
  const left = others.map((column) => compared(column.compare, `t.${identifier(column.name)}`));
  const right = others.map((column) => compared(column.compare, `${now}.${identifier(column.name)}`));
  const sets = others.map((column, index) => {
    const name = identifier(column.name);
    return column.compare === "$"
      ? `${name} = ${now}.${name}`
      : `${name} = CASE WHEN ${left[index]} IS DISTINCT FROM ${right[index]} THEN ${now}.${name} ELSE t.${name} END`;
  });
  return { others, left, right, sets };
}

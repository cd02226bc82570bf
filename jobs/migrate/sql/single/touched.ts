import type { Source } from "../../declarations/model";
import { toldApart } from "../../declarations/told-apart";
import { usedColumns } from "../inputs";
import { differs, identifier } from "../names";
import { MARK } from "./rows";

/** Bits of a bigint, without its sign. */
const MOST_BITS = 63;

/** Tells which columns a statement changed in a row. */
export interface Touched {
  /** SQL for the number that holds a bit for each group of columns, over the rows `s` and `o`. */
  readonly number: string;
  /** SQL condition on the row `s`: whether one of these columns was changed, as far as groups tell. */
  any(columns: readonly string[]): string;
}

/** Columns that the same uses read have one bit. */
export function touchedBy(source: Source, uses: readonly (readonly string[])[]): Touched {
  const groups = new Map<string, string[]>();
  for (const column of usedColumns(source))
    if (column !== source.key) {
      const readers = uses.flatMap((columns, use) => (columns.includes(column) ? [use] : [])).join(" ");
      groups.set(readers, [...(groups.get(readers) ?? []), column]);
    }
  const all = [...groups.values()];
  const bitOf = (group: number): bigint => 1n << BigInt(Math.min(group, MOST_BITS - 1));
  const parts = all.map(
    (columns, group) =>
      `CASE WHEN ${differs(told(source, columns, "s"), told(source, columns, "o"))} THEN ${bitOf(group)} ELSE 0 END`,
  );
  return {
    number: `(${["0", ...parts].join(" | ")})::bigint`,
    any(columns) {
      const bits = all.reduce(
        (sum, group, index) => (group.some((column) => columns.includes(column)) ? sum | bitOf(index) : sum),
        0n,
      );
      return bits === 0n ? "false" : `s.${MARK}_touched & ${bits} <> 0`;
    },
  };
}

const told = (source: Source, columns: readonly string[], alias: string): string[] =>
  columns.map((name) => toldApart(`${alias}.${identifier(name)}`, source.types[name] ?? ""));

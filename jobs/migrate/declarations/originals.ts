import type { SourceMapping } from "../../../releases/mapping";
import { identifier, literal } from "../../frame/database";
import type { Table } from "./catalogue";
import { toldApart } from "./told-apart";

/** A column of the source that is remembered where writing its row backward would give another value. */
export interface Remembered {
  readonly name: string;
  /** Its value as text. */
  readonly value: string;
  /** Whether another value would come back. */
  readonly differs: string;
}

/** What a target remembers of its source row; `bind` checks an expression and puts schemas in. */
export const rememberedOf = (
  of: Readonly<Record<string, string>>,
  source: Table,
  bind: (sql: string) => string,
): Remembered[] =>
  Object.entries(of).map(([name, sql]) => {
    const was = `s.${identifier(name)}`;
    const type = source.columns.get(name)?.type ?? "";
    return {
      name,
      value: `to_jsonb(${was}) #>> '{}'`,
      differs: `${toldApart(was, type)} IS DISTINCT FROM ${toldApart(`(${bind(sql)})`, type)}`,
    };
  });

/** Whether there is anything to remember. */
export const anyDiffers = (remembered: readonly Remembered[]): string =>
  remembered.map(({ differs }) => `(${differs})`).join(" OR ");

/** The old values that differ as jsonb by column; NULL when there are none. */
export function differing(remembered: readonly Remembered[]): string {
  const rows = remembered.map(({ name, value, differs }) => `(${literal(name)}, ${value}, ${differs})`);
  return `(SELECT jsonb_object_agg(o.name, o.value) FROM (VALUES ${rows.join(", ")}) AS o(name, value, kept) WHERE o.kept)`;
}

/** Gives a remembered original before the computed value. */
export function orRemembered(one: SourceMapping, name: string, type: string, expression: string): string {
  const index = one.targets.findIndex(
    (target) => target.originals !== undefined && name in target.originals.of,
  );
  const target = one.targets[index];
  const alias =
    index === 0 ? "t" : one.backward?.gather.find((gathered) => gathered.table === target?.table)?.as;
  if (target?.originals === undefined || alias === undefined) return expression;
  const kept = `${identifier(alias)}.${identifier(target.originals.column)}`;
  return `CASE WHEN ${kept} ? ${literal(name)} THEN (${kept} ->> ${literal(name)})::${type} ELSE (${expression}) END`;
}

import type { Source, Target } from "../declarations/model";
import { referencesIn } from "../declarations/references";

/** Columns of a source that the declarations read. */
export function usedColumns(source: Source): string[] {
  const texts = [
    ...source.prepare.flatMap((stage) => Object.values(stage)),
    ...source.rules.map((rule) => rule.when),
    ...source.targets.flatMap(textsOf),
  ];
  return columnsIn(source, texts);
}

/** Everything that says when a target has rows and what is in them. */
export const textsOf = (target: Target): string[] => [
  ...(target.when === undefined ? [] : [target.when]),
  ...contentOf(target),
];

export const contentOf = (target: Target): string[] => [
  ...(target.each === undefined ? [] : [target.each.from]),
  ...target.columns.map((column) => column.forward),
];

/** Whether an expression reads the row `s` as a whole. */
export const readsWholeRow = (text: string): boolean =>
  /(?<![\w.])s(?![\w.])/.test(text.replace(/'(?:[^']|'')*'/g, "''"));

/** Whether an expression asks a table. */
export const asksTables = (text: string): boolean => /\bSELECT\b/i.test(text);

/** Source columns that expressions read, also by way of prepared values. */
export function columnsIn(source: Source, texts: readonly string[]): string[] {
  const all = behind(source, texts);
  return all.texts.some(readsWholeRow)
    ? [...source.columns]
    : source.columns.filter((name) => all.names.has(name));
}

/** Prepared values that expressions read, also by way of others. */
export function preparedIn(source: Source, texts: readonly string[]): string[] {
  const { names } = behind(source, texts);
  return source.prepare.flatMap((stage) => Object.keys(stage)).filter((name) => names.has(name));
}

/** Expressions and those of the prepared values they are made of, with the names they read. */
function behind(source: Source, given: readonly string[]): { texts: string[]; names: Set<string> } {
  const prepared = new Map(source.prepare.flatMap((stage) => Object.entries(stage)));
  const names = new Set<string>();
  const texts = [...given];
  for (const one of texts)
    for (const name of referencesIn(one)) {
      const value = names.has(name) ? undefined : prepared.get(name);
      if (value !== undefined) texts.push(value);
      names.add(name);
    }
  return { texts, names };
}

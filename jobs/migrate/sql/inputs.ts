import type { Source, Target } from "../declarations/model";

/** Columns of a source that the declarations read. */
export function usedColumns(source: Source): string[] {
  const texts = [
    ...source.prepare.flatMap((stage) => Object.values(stage)),
    ...source.rules.map((rule) => rule.when),
    ...source.targets.flatMap((target) => [condition(target), content(target)]),
  ];
  return columnsIn(source, texts.join("\n"));
}

/** Columns of its source that decide whether a target has rows, and those that decide what is in them. */
export function inputsOf(source: Source, target: Target): { condition: string[]; content: string[] } {
  return {
    condition: columnsIn(source, condition(target)),
    content: columnsIn(source, content(target)),
  };
}

/** Columns of its source that conditions read. */
export const inputsOfConditions = (source: Source, conditions: readonly string[]): string[] =>
  columnsIn(source, conditions.join("\n"));

/** Whether an expression reads the row `s` as a whole. */
export const readsWholeRow = (text: string): boolean =>
  /(?<![\w.])s(?![\w.])/.test(text.replace(/'(?:[^']|'')*'/g, "''"));

const condition = (target: Target): string => target.when ?? "";
const content = (target: Target): string =>
  [target.each?.from ?? "", ...target.columns.map((column) => column.forward)].join("\n");

/** Whether an expression asks a table. */
export const asksTables = (text: string): boolean => /\bSELECT\b/i.test(text);

/** Whether an expression reads more than its row, also by way of prepared values. */
export const looksIntoTables = (source: Source, text: string): boolean =>
  behind(source, text).texts.some(asksTables);

/** Source columns that an expression reads, also by way of prepared values. */
function columnsIn(source: Source, text: string): string[] {
  const { texts, names } = behind(source, text);
  return texts.some(readsWholeRow) ? [...source.columns] : source.columns.filter((name) => names.has(name));
}

const REFERENCE = /(?<![\w.])s\."?([a-z_][a-z0-9_]*)/g;

/** An expression and those of the prepared values it is made of, with the names they read. */
function behind(source: Source, text: string): { texts: string[]; names: Set<string> } {
  const prepared = new Map(source.prepare.flatMap((stage) => Object.entries(stage)));
  const names = new Set<string>();
  const texts = [text];
  for (const one of texts)
    for (const [, name = ""] of one.matchAll(REFERENCE)) {
      const value = names.has(name) ? undefined : prepared.get(name);
      if (value !== undefined) texts.push(value);
      names.add(name);
    }
  return { texts, names };
}

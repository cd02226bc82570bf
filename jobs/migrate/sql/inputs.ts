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

/** Whether an expression reads more than its row, also by way of prepared values. */
export function looksIntoTables(source: Source, text: string): boolean {
  const prepared = new Map(source.prepare.flatMap((stage) => Object.entries(stage)));
  const seen = new Set<string>();
  const pending = [text];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (/\bSELECT\b/i.test(next)) return true;
    for (const [, name = ""] of next.matchAll(REFERENCE)) {
      if (!seen.has(name)) pending.push(prepared.get(name) ?? "");
      seen.add(name);
    }
  }
  return false;
}

const REFERENCE = /(?<![\w.])s\."?([a-z_][a-z0-9_]*)/g;

/** Source columns that an expression reads, also by way of prepared values. */
function columnsIn(source: Source, text: string): string[] {
  const prepared = new Map(source.prepare.flatMap((stage) => Object.entries(stage)));
  const seen = new Set<string>();
  const pending = [text];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (readsWholeRow(next)) return [...source.columns];
    for (const [, name = ""] of next.matchAll(REFERENCE)) {
      if (seen.has(name)) continue;
      seen.add(name);
      pending.push(prepared.get(name) ?? "");
    }
  }
  return source.columns.filter((name) => seen.has(name));
}

import type { Condition, Expression } from "./mapping";
import { BadValue, readDecimal } from "./values";

/** Columns of a file by name. */
export type Columns = ReadonlyMap<string, number>;
export type Row = readonly string[];

/** How text of a file is taken before anything else happens to it. */
export interface Reading {
  readonly columns: Columns;
  readonly empty: ReadonlySet<string>;
  readonly decimal: "." | ",";
}

/** An expression made ready: gives the text of a row, or "" when there is none. Throws BadValue. */
export interface Compiled {
  readonly evaluate: (row: Row) => string;
  /** For reports: the columns it reads. */
  readonly columns: readonly string[];
}

const PLACEHOLDER = /\{([^{}]+)\}/g;

/** Columns an expression reads. */
export function columnsOf({ column, template }: Expression): string[] {
  if (column !== undefined) return [column];
  return [...(template ?? "").matchAll(PLACEHOLDER)].map((match) => match[1] as string);
}

export function compileExpression(expression: Expression, reading: Reading): Compiled {
  const source = compileSource(expression, reading);
  const { match, letters, map, otherwise, factor, default: fallback = "" } = expression;
  const pattern = match === undefined ? undefined : new RegExp(match, "u");
  const values = map === undefined ? undefined : new Map(Object.entries(map));
  const evaluate = (row: Row): string => {
    let text = source(row);
    if (text === "") return fallback;
    if (pattern !== undefined) {
      const found = pattern.exec(text);
      if (found === null) throw new BadValue(`does not match ${match}`);
      text = found[1] ?? found[0];
    }
    if (letters !== undefined) text = letters === "upper" ? text.toUpperCase() : text.toLowerCase();
    if (values !== undefined) text = mapped(text, values, otherwise);
    return factor === undefined || text === "" ? text : multiplied(text, factor, reading.decimal);
  };
  return { evaluate, columns: columnsOf(expression) };
}

/** True for rows that meet every condition. */
export function compileConditions(
  conditions: Readonly<Record<string, Condition>>,
  reading: Reading,
): (row: Row) => boolean {
  const tests = Object.entries(conditions).map(([column, condition]) => {
    const take = taker(column, reading);
    const test = compileCondition(condition, reading.decimal);
    return (row: Row) => test(take(row));
  });
  return (row) => tests.every((test) => test(row));
}

function compileSource({ column, template, value }: Expression, reading: Reading): (row: Row) => string {
  if (value !== undefined) return () => value;
  if (column !== undefined) return taker(column, reading);
  const text = template ?? "";
  const parts: (string | ((row: Row) => string))[] = [];
  let last = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    parts.push(text.slice(last, match.index), taker(match[1] as string, reading));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return (row) => {
    let filled = false;
    const result = parts.map((part) => {
      if (typeof part === "string") return part;
      const taken = part(row);
      if (taken !== "") filled = true;
      return taken;
    });
    return filled ? result.join("").trim() : "";
  };
}

function taker(column: string, { columns, empty }: Reading): (row: Row) => string {
  const index = columns.get(column) ?? -1;
  return (row) => {
    const text = (row[index] ?? "").trim();
    return empty.has(text) ? "" : text;
  };
}

function mapped(text: string, values: ReadonlyMap<string, string>, otherwise: string | undefined): string {
  const value = values.get(text);
  if (value !== undefined) return value;
  if (otherwise === undefined) throw new BadValue(`is not in the map: ${[...values.keys()].join(", ")}`);
  return otherwise === "keep" ? text : otherwise;
}

/** A decimal number times a factor, written with the decimal sign of the file; rounded to six places. */
function multiplied(text: string, factor: number, decimal: "." | ","): string {
  const product = (Number(readDecimal(text, decimal)) * factor).toFixed(6).replace(/\.?0+$/, "");
  return decimal === "," ? product.replace(".", ",") : product;
}

function compileCondition(
  { is, matches, present, above, below, not }: Condition,
  decimal: "." | ",",
): (text: string) => boolean {
  const values = is === undefined ? undefined : new Set(Array.isArray(is) ? is : [is]);
  const pattern = matches === undefined ? undefined : new RegExp(matches, "u");
  const holds = (text: string): boolean => {
    if (values !== undefined && !values.has(text)) return false;
    if (pattern !== undefined && !pattern.test(text)) return false;
    if (present !== undefined && (text !== "") !== present) return false;
    if (above === undefined && below === undefined) return true;
    const number = numberOf(text, decimal);
    return number > (above ?? Number.NEGATIVE_INFINITY) && number < (below ?? Number.POSITIVE_INFINITY);
  };
  return not === true ? (text) => !holds(text) : holds;
}

/** NaN, which is neither above nor below anything, when it is no number. */
function numberOf(text: string, decimal: "." | ","): number {
  try {
    return Number(readDecimal(text, decimal));
  } catch {
    return Number.NaN;
  }
}

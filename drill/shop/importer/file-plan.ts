import type { CsvRecord } from "./csv";
import { dateReader } from "./dates";
import {
  type Columns,
  type Compiled,
  columnsOf,
  compileConditions,
  compileExpression,
  type Row,
} from "./expression";
import { fieldsOf, TARGETS, type TargetName } from "./fields";
import type { FileMapping } from "./mapping";
import { BadValue, type Kind, type Notation, readValue } from "./values";

/** Clock of the shop, in which the old model keeps its times. */
const SHOP_ZONE = "Europe/Berlin";

/** Why a row, or what one target would have made of it, was not loaded. */
export interface Reject {
  readonly file: string;
  readonly line: number;
  /** Name of the column at fault; "" when it is the row as a whole. */
  readonly column: string;
  /** Value found, shortened. */
  readonly value: string;
  readonly reason: string;
}

/** What one target makes of one row. */
export type Outcome =
  | { readonly kind: "row"; readonly values: readonly (string | null)[] }
  | { readonly kind: "passed" }
  | { readonly kind: "rejected"; readonly rejects: readonly Reject[] };

interface CompiledField {
  readonly name: string;
  readonly kind: Kind;
  readonly required: boolean;
  readonly expression: Compiled;
}

/** One target of a file, ready for rows. */
export interface CompiledTarget {
  readonly into: TargetName;
  readonly repeats: "first" | "reject";
  /** Positions of the key among the values; none when each row is a thing of its own. */
  readonly key: readonly number[];
  apply(row: Row, line: number): Outcome;
}

/** A file's header compared with its mapping: ready targets, or every problem. */
export function planFile(
  mapping: FileMapping,
  header: readonly string[],
): { targets: CompiledTarget[]; unused: string[]; problems: string[] } {
  const columns: Columns = new Map(header.map((name, index) => [name.trim(), index]));
  const problems: string[] = [];
  const doubled = header.filter((name, index) => header.indexOf(name) !== index);
  for (const name of doubled) problems.push(`${mapping.file}: the column "${name}" is there twice`);
  const used = new Set<string>();
  const use = (names: readonly string[], where: string): void => {
    for (const name of names) {
      used.add(name);
      if (!columns.has(name))
        problems.push(
          `${mapping.file}: ${where}: there is no column "${name}"; there are ${[...columns.keys()].join(", ")}`,
        );
    }
  };
  for (const { into, fields, when } of mapping.targets) {
    for (const [name, expression] of Object.entries(fields)) use(columnsOf(expression), `${into}.${name}`);
    use(Object.keys(when), `${into}.when`);
  }
  if (problems.length > 0) return { targets: [], unused: [], problems };
  const targets = mapping.targets.map((target) => compileTarget(mapping, target, columns));
  return { targets, unused: [...columns.keys()].filter((name) => !used.has(name)), problems };
}

function compileTarget(
  mapping: FileMapping,
  target: FileMapping["targets"][number],
  columns: Columns,
): CompiledTarget {
  const reading = { columns, empty: new Set(mapping.empty), decimal: mapping.decimal };
  const notation: Notation = {
    decimal: mapping.decimal,
    dates: mapping.dates.map((format) => ({ format, read: dateReader(format, mapping.timeZone, SHOP_ZONE) })),
  };
  const meets = compileConditions(target.when, reading);
  const known = fieldsOf(target.into);
  const fields = Object.entries(known).map(([name, { kind, required }]): CompiledField => {
    const expression = target.fields[name];
    return {
      name,
      kind,
      required: required === true,
      expression:
        expression === undefined
          ? { evaluate: () => "", columns: [] }
          : compileExpression(expression, reading),
    };
  });
  const names = Object.keys(known);
  return {
    into: target.into,
    repeats: target.repeats,
    key: TARGETS[target.into].key.map((name) => names.indexOf(name)),
    apply(row, line) {
      if (!meets(row)) return { kind: "passed" };
      const rejects: Reject[] = [];
      const values = fields.map((field) => {
        try {
          return evaluate(field, row, notation);
        } catch (problem) {
          if (!(problem instanceof BadValue)) throw problem;
          rejects.push(rejectOf(mapping.file, line, field, row, columns, problem.message));
          return null;
        }
      });
      return rejects.length > 0 ? { kind: "rejected", rejects } : { kind: "row", values };
    },
  };
}

/** What is wrong with a record before any target looks at it, or undefined. */
export function recordProblem(
  mapping: FileMapping,
  record: CsvRecord,
  header: readonly string[],
): Reject | undefined {
  const reject = (reason: string): Reject => ({
    file: mapping.file,
    line: record.line,
    column: "",
    value: "",
    reason,
  });
  if ("problem" in record) return reject(record.problem);
  const { fields } = record;
  if (fields.length !== header.length)
    return reject(`has ${fields.length} fields, the header has ${header.length}`);
  for (const [index, field] of fields.entries())
    if (UNREADABLE.test(field))
      return {
        ...reject(
          field.includes("\0") ? "holds a zero byte" : `is not ${mapping.encoding}; try another encoding`,
        ),
        column: header[index] ?? "",
        value: field.slice(0, 80),
      };
  return undefined;
}

/** The sign a decoder puts where bytes made no sense, and the one text that PostgreSQL cannot hold. */
const UNREADABLE = /[\uFFFD\0]/;

function evaluate(
  { kind, required, expression }: CompiledField,
  row: Row,
  notation: Notation,
): string | null {
  const text = expression.evaluate(row);
  if (text !== "") return readValue(kind, text, notation);
  if (required) throw new BadValue("is empty");
  return null;
}

function rejectOf(
  file: string,
  line: number,
  field: CompiledField,
  row: Row,
  columns: Columns,
  reason: string,
): Reject {
  const read = field.expression.columns;
  const value = read.map((name) => row[columns.get(name) ?? -1] ?? "").join(" ");
  return {
    file,
    line,
    column: read.join(", "),
    value: value.slice(0, 80),
    reason: `${field.name} ${reason}`,
  };
}

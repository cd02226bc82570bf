import { existsSync, readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { dateFormatProblem } from "./dates";
import { fieldsOf, TARGET_NAMES, type TargetName } from "./fields";

/** The format of a mapping; docs/import.md describes it for people. */

const constant = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const pattern = z.string().refine(compiles, "is no regular expression");
const dates = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === "string" ? [value] : value))
  .superRefine((formats, context) => {
    for (const format of formats) {
      const problem = dateFormatProblem(format);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    }
  });

const expression = z
  .strictObject({
    column: z.string().optional(),
    /** Text with {column} in it. Empty when every column in it is. */
    template: z.string().optional(),
    value: constant.optional(),
    /** Keeps the first group, or the whole, of what matches. */
    match: pattern.optional(),
    letters: z.enum(["upper", "lower"]).optional(),
    map: z.record(z.string(), constant).optional(),
    /** For values the map does not name. Default: they are rejected. "keep" leaves them as they are. */
    otherwise: constant.optional(),
    factor: z.number().optional(),
    /** For an empty value. */
    default: constant.optional(),
  })
  .refine(
    ({ column, template, value }) =>
      [column, template, value].filter((each) => each !== undefined).length === 1,
    "must have exactly one of column, template and value",
  )
  .refine(({ map, otherwise }) => map !== undefined || otherwise === undefined, "otherwise needs a map");
/** The name of a column alone is short for {column: name}. */
const field = z.union([z.string().transform((column) => ({ column })), expression]);
export type Expression = z.output<typeof expression>;

const condition = z
  .strictObject({
    is: z.union([constant, z.array(constant)]).optional(),
    matches: pattern.optional(),
    present: z.boolean().optional(),
    above: z.number().optional(),
    below: z.number().optional(),
    not: z.literal(true).optional(),
  })
  .refine(
    (each) => Object.keys(each).some((key) => key !== "not"),
    "must say is, matches, present, above or below",
  );
export type Condition = z.output<typeof condition>;

const target = z.strictObject({
  into: z.enum(TARGET_NAMES),
  /** Column → condition; a row that does not meet all is passed over. */
  when: z.record(z.string(), condition).default({}),
  /** What to do with a row whose key was there before. Default: the first row counts. */
  repeats: z.enum(["first", "reject"]).default("first"),
  fields: z.record(z.string(), field),
});

const file = z.strictObject({
  file: z.string().min(1),
  encoding: z.enum(["utf-8", "latin1", "windows-1252", "utf-16le"]).default("utf-8"),
  /** Default: what the header line looks like. */
  delimiter: z.enum([",", ";", "|", "tab"]).optional(),
  decimal: z.enum([".", ","]).default("."),
  dates: dates.default(["YYYY-MM-DD HH:mm:ss", "YYYY-MM-DDTHH:mm:ssZ", "YYYY-MM-DD"]),
  /** Zone of times without an offset. */
  timeZone: z.string().refine(isZone, "is no time zone such as Europe/Berlin").default("Europe/Berlin"),
  /** Values that mean nothing was given, besides the empty one. */
  empty: z.array(z.string()).default([]),
  targets: z.array(target).min(1),
});

const schema = z
  .strictObject({ version: z.literal(1), files: z.array(file).min(1) })
  .superRefine(({ files }, context) => {
    files.forEach(({ targets }, fileIndex) => {
      targets.forEach(({ into, fields }, index) => {
        const path = ["files", fileIndex, "targets", index, "fields"];
        const known = fieldsOf(into);
        for (const name of Object.keys(fields))
          if (known[name] === undefined)
            context.addIssue({
              code: "custom",
              path: [...path, name],
              message: `${into} have no such field; known are ${Object.keys(known).join(", ")}`,
            });
        for (const [name, { required }] of Object.entries(known))
          if (required && fields[name] === undefined)
            context.addIssue({ code: "custom", path, message: `${into} need the field ${name}` });
      });
    });
  });

export type Mapping = z.output<typeof schema>;
export type FileMapping = Mapping["files"][number];
export type TargetMapping = FileMapping["targets"][number];
export type { TargetName };

/** A mapping or a file that cannot be used; says everything that is wrong, and where. */
export class MappingProblem extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** Reads a mapping file. Throws a MappingProblem that lists every problem with its line. */
export function loadMapping(path: string): Mapping {
  if (!existsSync(path)) throw new MappingProblem([`${path}: there is no such file`]);
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines });
  const place = (offset: number): string => `${path}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0)
    throw new MappingProblem(
      document.errors.map(({ pos, message }) => `${place(pos[0])}: ${message.split("\n")[0]}`),
    );
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  throw new MappingProblem(
    result.error.issues.map((issue) => {
      const node = document.getIn(issue.path, true) as { range?: [number, number, number] } | undefined;
      const where = node?.range ? place(node.range[0]) : path;
      return `${where}: ${issue.path.join(".") || "the document"}: ${issue.message}`;
    }),
  );
}

function compiles(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

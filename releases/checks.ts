import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { ReleaseProblem } from "./load";
import { relationName } from "./names";

/** The format of `releases/<version>/checks.yaml`; see docs/checks.md. What a shop must keep true is data, not code. */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, "must be lower case words with dashes");
const sentence = z.string().min(3, "must say in a sentence what is meant");
const query = z
  .string()
  .regex(/^\s*(SELECT|WITH)\b/i, "must be one SELECT; checks read, they never write")
  .refine((sql) => !/;\s*\S/.test(sql), "must be one statement")
  // Whoever asks it may put it into a statement of his own.
  .transform((sql) => sql.trim().replace(/;$/, ""));

/** Values in requests and expectations may hold `{{captured}}` names. */
const template = z.string();
const json: z.ZodType<unknown> = z.json();

const dataSet = z.strictObject({
  /** What an operator chooses by: `orders`. */
  name,
  what: sentence,
  /** Tables of the release's schema, in an order that satisfies their references. */
  tables: z.array(relationName).min(1),
  /** Tables whose rows are never deleted; a restored copy must not hold a row the original lacks. */
  neverDeleted: z.array(relationName).default([]),
});

/** A number about the business, held against a limit before an upgrade begins. */
const businessState = z.strictObject({
  name,
  what: sentence,
  /** Returns one row with one number. `$1` is `business.orderTimeLimit` in seconds where it is used. */
  query,
  /** The largest number that allows an upgrade. */
  limit: z.number(),
  wayOut: sentence,
});

const invariant = z.strictObject({
  name,
  /** The rule in the language of orders. */
  what: sentence,
  /** Returns the rows that break the rule; none is good. Columns name the row for a person. */
  query,
});

const request = z.strictObject({
  /** Module of the manifest that answers. */
  module: name,
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  path: template.startsWith("/"),
  headers: z.record(z.string(), template).default({}),
  body: json.optional(),
});

const comparison = z.strictObject({
  /** Where in the answer; see `capture`. */
  answer: z.string(),
  /** Returns one row with one column, the truth. */
  query,
  parameters: z.array(template).default([]),
});

const expectation = z.strictObject({
  status: z.union([z.int(), z.array(z.int())]),
  /** Values at places of the answer, such as `lines[0].quantity: 2`. */
  body: z.record(z.string(), json).default({}),
  /** Places that must be there, with any value but null. */
  present: z.array(z.string()).default([]),
  headers: z.record(z.string(), template).default({}),
  /** Text the answer must contain, in whatever case. */
  contains: template.optional(),
  /** Places that must equal what the database says at that moment. */
  equalsQuery: z.array(comparison).default([]),
});

const httpStep = z.strictObject({
  name,
  request,
  expect: expectation,
  /** Name → place in the answer, such as `number: number` or `sku: products[0].sku`. */
  capture: z.record(z.string(), z.string()).default({}),
  /** Ask again for up to this many seconds until the expectations hold; 0 asks once. */
  withinSeconds: z.number().min(0).max(300).default(0),
});

const queryStep = z.strictObject({
  name,
  /** Returns one row; each column becomes a captured value. No row fails the flow. */
  query,
  parameters: z.array(template).default([]),
  /** No row means there is nothing to look at: the flow ends here and holds. */
  optional: z.boolean().default(false),
});

const changeStep = z.strictObject({
  name,
  /**
   * What no customer can do through the API, such as making the customer of this flow a member of staff. One UPDATE
   * that names the row by what the flow has captured; it must be undone in `cleanup`.
   */
  change: z
    .string()
    .regex(/^\s*UPDATE\b[^;]*\bWHERE\b[^;]*\$1[^;]*$/i, "must be one UPDATE of the row that $1 names"),
  parameters: z.array(template).min(1),
});

const step = z.union([httpStep, queryStep, changeStep]);

const flow = z.strictObject({
  name,
  what: sentence,
  /** How often the flow may be tried, where the world outside may say no, as a payment provider does now and then. */
  attempts: z.int().min(1).max(5).default(1),
  steps: z.array(step).min(1),
  /** Runs afterwards whatever happened; a step whose captures are missing is left out. */
  cleanup: z.array(z.union([httpStep, changeStep])).default([]),
});

/** A request whose response time is recorded by `baseline` and compared by `verify`. */
const measured = z.strictObject({
  name,
  module: name,
  path: template.startsWith("/"),
  /** Fills `{{…}}` in the path: one row, columns by name. */
  query: query.optional(),
});

export const checksSchema = z
  .strictObject({
    version: z.literal(1),
    dataSets: z.array(dataSet).min(1),
    business: z.array(businessState).default([]),
    invariants: z.array(invariant).min(1),
    flows: z.array(flow).min(1),
    performance: z.array(measured).min(1),
    /** One number: orders placed in the last minute. */
    throughput: query,
  })
  .superRefine((checks, context) => {
    for (const list of ["dataSets", "business", "invariants", "flows", "performance"] as const) {
      const seen = new Set<string>();
      checks[list].forEach((one, index) => {
        if (seen.has(one.name))
          context.addIssue({
            code: "custom",
            path: [list, index, "name"],
            message: `"${one.name}" is used twice`,
          });
        seen.add(one.name);
      });
    }
    checks.dataSets.forEach((set, index) => {
      for (const table of set.neverDeleted)
        if (!set.tables.includes(table))
          context.addIssue({
            code: "custom",
            path: ["dataSets", index, "neverDeleted"],
            message: `"${table}" is not among the tables of the data set`,
          });
    });
  });

export type Checks = z.output<typeof checksSchema>;
export type DataSet = Checks["dataSets"][number];
export type Flow = Checks["flows"][number];
export type HttpStep = z.output<typeof httpStep>;
export type QueryStep = z.output<typeof queryStep>;
export type ChangeStep = z.output<typeof changeStep>;
export type Expectation = z.output<typeof expectation>;
export type Invariant = Checks["invariants"][number];
export type Measured = Checks["performance"][number];

/** Reads `<directory>/<version>/checks.yaml`. Throws a ReleaseProblem that lists everything wrong with it. */
export function loadChecks(directory: string, version: string): Checks {
  const file = path.join(directory, version, "checks.yaml");
  if (!existsSync(file))
    throw new ReleaseProblem([`${file}: is missing; a release must say how it is checked (docs/checks.md)`]);
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
  const place = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0)
    throw new ReleaseProblem(
      document.errors.map((error) => `${place(error.pos[0])}: ${error.message.split("\n")[0]}`),
    );
  const result = checksSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  throw new ReleaseProblem(
    result.error.issues.map((issue) => {
      const node = document.getIn(issue.path, true) as { range?: [number, number, number] } | undefined;
      return `${node?.range ? place(node.range[0]) : file}: ${issue.path.join(".") || "the document"}: ${issue.message}`;
    }),
  );
}

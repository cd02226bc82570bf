import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { ReleaseProblem } from "./load";
import { relationName } from "./names";

/**
 * The format of `releases/<version>/mapping.<data set>.yaml`: how the tables of a release come from the model before,
 * and how the old rows can be written again from them. See docs/migration.md.
 *
 * In every expression `s` is the row of the source with its prepared values, `t` the row of the first target, and
 * `{{old}}` and `{{new}}` are the schemas of the two models.
 */

const column = relationName;
const table = relationName;
const sql = z
  .string()
  .min(1, "must be an SQL expression")
  .refine((text) => !text.includes(";"), "must be one SQL expression, without a semicolon");
const ruleName = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, "must be lower case words with dashes");

const rule = z.strictObject({
  name: ruleName,
  /** What a person should know about rows the rule meets. */
  reason: z.string().min(3),
  when: sql,
  /** `fixed`: counted, the target gets a cleaned value. `set-aside`: the row goes to the quarantine. */
  action: z.enum(["fixed", "set-aside"]),
  /** A source of this release whose rows this row waits for: set aside now, tried again once they are there. */
  until: table.optional(),
});

const target = z.strictObject({
  table,
  /** Column that holds the key of the source row. */
  owner: column,
  /** Only source rows that meet this have a row here. */
  when: sql.optional(),
  /** One source row gives many rows here: a set-returning expression, whose columns are known by `as`. */
  each: z.strictObject({ from: sql, as: z.string().min(1) }).optional(),
  /** Rows here (`t`) that have a counterpart; others belong to the new release alone. */
  filter: sql.optional(),
  /**
   * A jsonb column that remembers old values which cannot be computed from the new ones. `of` gives, for an old column,
   * what would be written backward; where the old value differs, it is kept under the column's name and written instead.
   */
  originals: z.strictObject({ column, of: z.record(column, sql) }).optional(),
  /** Expression of each column that comes from the source; the others keep their defaults. */
  columns: z.record(
    column,
    z.union([
      sql,
      z.strictObject({
        forward: sql,
        /** What is compared in place of the value, which is written `$`; a value equal in this sense is left alone. */
        compare: sql.refine((text) => text.includes("$"), "must contain $, the value"),
      }),
    ]),
  ),
});

const backward = z.strictObject({
  /** Other targets a source row is written from, known by `as` in the expressions. */
  gather: z
    .array(
      z.strictObject({
        table,
        as: column,
        /** Aggregates over the rows `x` that belong together; without them the one row is joined as it is. */
        columns: z.record(column, sql).optional(),
        /** Rows `x` that count. */
        where: sql.optional(),
      }),
    )
    .default([]),
  /** Expression of each source column; the key is written by itself. */
  columns: z.record(column, sql),
});

const source = z.strictObject({
  table,
  /** The one column that identifies a row. */
  key: column,
  /** Sources whose rows must be there first. */
  after: z.array(table).default([]),
  /** Condition of rows that matter most and are loaded first. Saves time when they come last in the order of keys. */
  recent: sql.optional(),
  /** Values computed once a row, in stages; a stage may use the ones before. Must not fail on any row. */
  prepare: z.array(z.record(column, sql)).default([]),
  /** Several source rows become one row of the first target; the others are kept in a table of aliases. */
  merge: z
    .strictObject({
      /** Prepared value that is equal for rows that belong together; NULL belongs to none. */
      by: column,
      /** Unique column of the first target that holds it. */
      column,
      /** Target of the merged rows, and its column with the key of the row that stays. */
      aliases: table,
      survivor: column,
    })
    .optional(),
  rules: z.array(rule).default([]),
  targets: z.array(target).min(1),
  backward: backward.optional(),
});

export const mappingSchema = z.strictObject({
  version: z.literal(1),
  dataSet: ruleName,
  what: z.string().min(3),
  /** 1 is loaded first. */
  priority: z.int().min(1).max(100).default(50),
  sources: z.array(source).min(1),
});

export type Mapping = z.output<typeof mappingSchema>;
export type SourceMapping = Mapping["sources"][number];
export type TargetMapping = SourceMapping["targets"][number];
export type CleaningRule = SourceMapping["rules"][number];

/** Reads every mapping of a release. Throws a ReleaseProblem that lists everything wrong with them. */
export function loadMappings(directory: string, version: string): Mapping[] {
  const folder = path.join(directory, version);
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^mapping\.[a-z0-9-]+\.yaml$/.test(name))
        .sort()
    : [];
  if (names.length === 0)
    throw new ReleaseProblem([
      `${folder}: holds no mapping.<data set>.yaml; a release that follows another must say how its data comes about (docs/migration.md)`,
    ]);
  const problems: string[] = [];
  const mappings: Mapping[] = [];
  for (const name of names) {
    const read = readMapping(path.join(folder, name));
    if (Array.isArray(read)) problems.push(...read);
    else mappings.push(read);
  }
  problems.push(...acrossMappings(mappings, folder));
  if (problems.length > 0) throw new ReleaseProblem(problems);
  return mappings.sort((a, b) => a.priority - b.priority || a.dataSet.localeCompare(b.dataSet));
}

function readMapping(file: string): Mapping | string[] {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
  const place = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0)
    return document.errors.map((error) => `${place(error.pos[0])}: ${error.message.split("\n")[0]}`);
  const result = mappingSchema.safeParse(document.toJS());
  if (result.success) {
    const named = path.basename(file).slice("mapping.".length, -".yaml".length);
    return named === result.data.dataSet
      ? result.data
      : [`${file}: dataSet: must be "${named}" as the file is called (got "${result.data.dataSet}")`];
  }
  return result.error.issues.map((issue) => {
    const node = document.getIn(issue.path, true) as { range?: [number, number, number] } | undefined;
    return `${node?.range ? place(node.range[0]) : file}: ${issue.path.join(".") || "the document"}: ${issue.message}`;
  });
}

function acrossMappings(mappings: readonly Mapping[], folder: string): string[] {
  const problems: string[] = [];
  const sources = mappings.flatMap((mapping) => mapping.sources.map((one) => ({ mapping, one })));
  const known = new Set<string>();
  const targets = new Map<string, string>();
  for (const { mapping, one } of sources) {
    const at = `${folder}/mapping.${mapping.dataSet}.yaml: ${one.table}`;
    if (known.has(one.table)) problems.push(`${at}: the table is a source twice; give it one entry`);
    known.add(one.table);
    for (const to of one.targets) {
      const other = targets.get(to.table);
      if (other !== undefined && to.filter === undefined)
        problems.push(
          `${at}: ${to.table} is already written by ${other}; tell their rows apart with a filter`,
        );
      targets.set(to.table, one.table);
    }
    const own = new Set(one.targets.map((to) => to.table));
    for (const gathered of one.backward?.gather ?? [])
      if (!own.has(gathered.table))
        problems.push(`${at}: backward gathers ${gathered.table}, which is no target of this source`);
    if (one.merge !== undefined && !own.has(one.merge.aliases))
      problems.push(`${at}: merge.aliases ${one.merge.aliases} is no target of this source`);
  }
  for (const { mapping, one } of sources)
    for (const other of [...one.after, ...one.rules.flatMap((rule) => rule.until ?? [])])
      if (!sources.some((candidate) => candidate.one.table === other))
        problems.push(
          `${folder}/mapping.${mapping.dataSet}.yaml: ${one.table}: waits for ${other}, which is no source of this release`,
        );
  return problems;
}

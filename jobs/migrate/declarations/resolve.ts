import { ReleaseProblem } from "../../../releases/load";
import type { Mapping, SourceMapping, TargetMapping } from "../../../releases/mapping";
import type { Catalogue, Table } from "./catalogue";
import type { Backward, Model, Side, Source, Target, TargetColumn } from "./model";
import { anyDiffers, differing, orRemembered, rememberedOf } from "./originals";
import { referencesIn } from "./references";
import { toldApart } from "./told-apart";

const WHOLE_NUMBERS = new Set(["smallint", "integer", "bigint"]);

/** Binds mappings to the tables of both schemas. Throws a ReleaseProblem that lists everything that does not fit. */
export function resolveModel(
  mappings: readonly Mapping[],
  from: Side & { readonly catalogue: Catalogue },
  to: Side & { readonly catalogue: Catalogue },
): Model {
  const problems: string[] = [];
  const sources: Source[] = [];
  for (const mapping of mappings)
    for (const one of mapping.sources) {
      const at = `mapping.${mapping.dataSet}.yaml: ${one.table}`;
      const found = resolveSource(one, mapping, from, to, (problem) => problems.push(`${at}: ${problem}`));
      if (found !== undefined) sources.push(found);
    }
  const ordered = inOrder(sources, problems).map((source, number) => ({ ...source, number }));
  if (problems.length > 0) throw new ReleaseProblem(problems);
  return {
    from: { release: from.release, schema: from.schema },
    to: { release: to.release, schema: to.schema },
    sources: ordered,
  };
}

type Refuse = (problem: string) => void;

function resolveSource(
  one: SourceMapping,
  mapping: Mapping,
  from: Side & { readonly catalogue: Catalogue },
  to: Side & { readonly catalogue: Catalogue },
  refuse: Refuse,
): Source | undefined {
  const table = from.catalogue.get(one.table);
  if (table === undefined) {
    refuse(`there is no such table in ${from.schema}; it has ${[...from.catalogue.keys()].join(", ")}`);
    return undefined;
  }
  const key = table.columns.get(one.key);
  if (key === undefined) {
    refuse(`key: there is no column ${one.key}; it has ${[...table.columns.keys()].join(", ")}`);
    return undefined;
  }
  const alone = table.unique.has(one.key);
  if (!key.notNull || !(alone || (one.merge === undefined && table.primaryKey.includes(one.key))))
    refuse(
      `key: ${one.key} is not unique, nor part of the primary key, or may be NULL; name a column that identifies a row or a group of rows`,
    );
  const schemas = (sql: string): string =>
    sql.replaceAll("{{old}}", from.schema).replaceAll("{{new}}", to.schema);
  for (const stage of one.prepare)
    for (const name of Object.keys(stage))
      if (table.columns.has(name))
        refuse(`prepare: ${name} is a column of the table already; give the value another name`);
  const known = new Set([
    ...table.columns.keys(),
    ...one.prepare.flatMap((stage) => Object.keys(stage)),
    ...(one.merge ? ["survivor"] : []),
  ]);
  const checkNames = (sql: string, where: string): string => {
    for (const name of referencesIn(sql))
      if (!known.has(name)) refuse(`${where}: s.${name} is neither a column nor a prepared value`);
    return schemas(sql);
  };
  if (one.merge !== undefined && !known.has(one.merge.by))
    refuse(`merge.by: ${one.merge.by} is no prepared value`);
  const targets = one.targets.flatMap(
    (target) => resolveTarget(target, table, to, key.type, checkNames, refuse) ?? [],
  );
  const merge = one.merge;
  const first = to.catalogue.get(one.targets[0]?.table ?? "");
  if (merge !== undefined && first !== undefined && !first.unique.has(merge.column))
    refuse(`merge.column: ${first.name}.${merge.column} is not unique by itself; merging rests on that`);
  const backward = one.backward && resolveBackward(one, table, targets, schemas, refuse);
  return {
    dataSet: mapping.dataSet,
    priority: mapping.priority,
    number: 0,
    schema: from.schema,
    table: one.table,
    key: one.key,
    keyType: key.type,
    identity: alone ? [one.key] : table.primaryKey,
    ranged: WHOLE_NUMBERS.has(key.type) && one.merge === undefined,
    columns: [...table.columns.keys()],
    types: Object.fromEntries([...table.columns.values()].map(({ name, type }) => [name, type])),
    after: one.after,
    ...(one.recent === undefined ? {} : { recent: checkNames(one.recent, "recent") }),
    prepare: one.prepare.map((stage) =>
      Object.fromEntries(
        Object.entries(stage).map(([name, sql]) => [name, checkNames(sql, `prepare.${name}`)]),
      ),
    ),
    ...(merge === undefined ? {} : { merge }),
    rules: one.rules.map((rule) => ({ ...rule, when: checkNames(rule.when, `rules.${rule.name}`) })),
    targets,
    ...(backward === undefined ? {} : { backward }),
    rows: table.rows,
  };
}

function resolveTarget(
  target: TargetMapping,
  source: Table,
  to: Side & { readonly catalogue: Catalogue },
  keyType: string,
  checkNames: (sql: string, where: string) => string,
  refuse: Refuse,
): Target | undefined {
  const at = `targets.${target.table}`;
  const table = to.catalogue.get(target.table);
  if (table === undefined) {
    refuse(`${at}: there is no such table in ${to.schema}; it has ${[...to.catalogue.keys()].join(", ")}`);
    return undefined;
  }
  if (table.primaryKey.length === 0)
    refuse(`${at}: the table has no primary key; rows could not be told apart`);
  const owner = table.columns.get(target.owner);
  if (owner === undefined) refuse(`${at}: owner: there is no column ${target.owner}`);
  else if (owner.type !== keyType)
    refuse(`${at}: owner: ${target.owner} is ${owner.type}, the key of the source is ${keyType}`);
  const columns: TargetColumn[] = Object.entries(target.columns).flatMap(([name, given]) => {
    const column = table.columns.get(name);
    if (column === undefined) {
      refuse(`${at}: there is no column ${name}; it has ${[...table.columns.keys()].join(", ")}`);
      return [];
    }
    if (column.generated) {
      refuse(`${at}.${name}: the table computes this column itself; leave it out`);
      return [];
    }
    const { forward, compare } = typeof given === "string" ? { forward: given, compare: "$" } : given;
    return [
      {
        name,
        type: column.type,
        forward: checkNames(forward, `${at}.${name}`),
        compare: compare === "$" ? toldApart(compare, column.type) : compare,
      },
    ];
  });
  const originals = target.originals;
  if (originals !== undefined) {
    for (const name of Object.keys(originals.of))
      if (!source.columns.has(name)) refuse(`${at}: originals.of: ${name} is no column of the source`);
    if (table.columns.get(originals.column)?.type !== "jsonb")
      refuse(`${at}: originals: ${originals.column} is no jsonb column`);
    const remembers = rememberedOf(originals.of, source, (sql) => checkNames(sql, `${at}.originals`));
    columns.push({
      name: originals.column,
      type: "jsonb",
      forward: `CASE WHEN ${anyDiffers(remembers)} THEN ${differing(remembers)} END`,
      compare: "NULLIF($, '{}'::jsonb)",
      remembers,
    });
  }
  const written = new Set(columns.map(({ name }) => name));
  for (const name of new Set([...table.primaryKey, target.owner]))
    if (!written.has(name)) refuse(`${at}: ${name} is part of the key and has no expression`);
  for (const column of table.columns.values())
    if (column.notNull && !column.hasDefault && !written.has(column.name))
      refuse(`${at}: ${column.name} is NOT NULL without a default and has no expression`);
  return {
    schema: to.schema,
    table: target.table,
    owner: target.owner,
    key: table.primaryKey,
    ...(target.when === undefined ? {} : { when: checkNames(target.when, `${at}.when`) }),
    ...(target.each === undefined
      ? {}
      : { each: { from: checkNames(target.each.from, `${at}.each`), as: target.each.as } }),
    ...(target.filter === undefined ? {} : { filter: target.filter }),
    columns,
  };
}

function resolveBackward(
  one: SourceMapping,
  table: Table,
  targets: readonly Target[],
  schemas: (sql: string) => string,
  refuse: Refuse,
): Backward | undefined {
  if (one.backward === undefined) return undefined;
  const columns = Object.entries(one.backward.columns).flatMap(([name, sql]) => {
    const column = table.columns.get(name);
    if (column === undefined) {
      refuse(`backward.${name}: there is no such column; it has ${[...table.columns.keys()].join(", ")}`);
      return [];
    }
    if (name === one.key) refuse(`backward.${name}: is the key, which is written by itself`);
    if (column.generated)
      refuse(
        `backward.${name}: the table computes this column itself; leave it out, and remember nothing of it`,
      );
    return [{ name, type: column.type, expression: orRemembered(one, name, column.type, schemas(sql)) }];
  });
  const written = new Set([one.key, ...columns.map(({ name }) => name)]);
  if (!table.unique.has(one.key))
    for (const name of table.primaryKey)
      if (!written.has(name)) refuse(`backward: ${name} is part of the primary key and has no expression`);
  for (const column of table.columns.values())
    if (column.notNull && !column.hasDefault && !written.has(column.name))
      refuse(`backward: ${column.name} is NOT NULL without a default and has no expression`);
  return {
    columns,
    gather: one.backward.gather.map((gathered) => ({
      table: gathered.table,
      owner: targets.find((target) => target.table === gathered.table)?.owner ?? "",
      as: gathered.as,
      ...(gathered.columns === undefined
        ? {}
        : {
            columns: Object.fromEntries(
              Object.entries(gathered.columns).map(([name, sql]) => [name, schemas(sql)]),
            ),
          }),
      ...(gathered.where === undefined ? {} : { where: schemas(gathered.where) }),
    })),
  };
}

/** Sorts by priority, a source after those it waits for. */
function inOrder(sources: readonly Source[], problems: string[]): Source[] {
  const ordered: Source[] = [];
  const waiting = [...sources].sort((a, b) => a.priority - b.priority);
  while (waiting.length > 0) {
    const index = waiting.findIndex((one) =>
      one.after.every((name) => !waiting.some((other) => other.table === name)),
    );
    if (index < 0) {
      problems.push(`${waiting.map(({ table }) => table).join(", ")}: wait for each other; break the circle`);
      return ordered;
    }
    ordered.push(...waiting.splice(index, 1));
  }
  return ordered;
}

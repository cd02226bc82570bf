import type { Source, Target } from "../../declarations/model";
import { updateRow, upsert } from "../forward-rows";
import { asksTables, columnsIn, contentOf, textsOf } from "../inputs";
import { identifier, ownedRows, targetTable } from "../names";
import { byColumn, columnUses, writeColumns } from "./changed-columns";
import { asideRules, insert, MARK, noted, rememberedApart, rowsOf } from "./rows";
import { spelledOut } from "./spelled-out";
import { type Touched, touchedBy } from "./touched";

export interface Changed {
  /** Query of the updated rows with the old ones behind them. */
  readonly rows: string;
  /** PL/pgSQL that goes on with the row `s` if it matters, and says whether the long way must look at it. */
  readonly judge: string;
  /** PL/pgSQL that writes the row `s`, target by target, where a change concerns it. */
  readonly write: string;
}

/**
 * How updated rows are written forward: of a row in step, only what a change concerns is computed and written. A prepared
 * value stands spelled out where it is used, as most are used by nothing that a change concerns.
 */
export function changed(given: Source): Changed {
  const source = spelledOut(given);
  const touched = touchedBy(source, usesOf(source));
  return {
    rows: changedRows(source, touched),
    judge: judge(source, touched),
    write: source.targets.map((target, index) => write(source, target, index, touched)).join("\n"),
  };
}

/** Columns that are read together, when one of them was changed. */
function usesOf(source: Source): string[][] {
  const { plain, looking } = asideRules(source);
  return [
    ...[...plain, ...looking].map((rule) => columnsIn(source, [rule])),
    ...source.targets.flatMap((target) =>
      byColumn(target)
        ? columnUses(source, target)
        : [columnsIn(source, contentOf(target)), columnsIn(source, textsOf(target))],
    ),
  ];
}

function changedRows(source: Source, touched: Touched): string {
  const key = identifier(source.key);
  const before = source.targets.flatMap((target, index) =>
    target.when !== undefined && !asksTables(target.when)
      ? [`COALESCE(${target.when}, false) AS ${MARK}_was_${index}`]
      : [],
  );
  const was =
    before.length === 0
      ? ""
      : `
   CROSS JOIN LATERAL (SELECT ${before.join(", ")} FROM (SELECT o.*) s) was`;
  const [first] = source.targets;
  const known =
    first === undefined
      ? "false"
      : `EXISTS (SELECT FROM ${targetTable(first)} t WHERE t.${identifier(first.owner)} = s.${key})`;
  // There are few rows on either side: looking through them takes less than a hash of them.
  return `SELECT s.*, CASE WHEN o.${key} IS NULL THEN -1 ELSE ${touched.number} END AS ${MARK}_touched${was === "" ? "" : ", was.*"},
    ${noted(source)} OR NOT ${known} AS ${MARK}_doubtful
   FROM new_rows s LEFT JOIN LATERAL (SELECT o.* FROM old_rows o WHERE o.${key} = s.${key} OFFSET 0) o ON true${was}`;
}

function judge(source: Source, touched: Touched): string {
  const { plain, looking } = asideRules(source);
  const concerns = (rule: string): string => touched.any(columnsIn(source, [rule]));
  const doubts = [`s.${MARK}_doubtful`, ...plain.map((rule) => `${concerns(rule)} AND (${rule})`)];
  const lookups = new Map<string, string[]>();
  for (const rule of looking)
    lookups.set(concerns(rule), [...(lookups.get(concerns(rule)) ?? []), `(${rule})`]);
  lookups.delete("false");
  return `IF s.${MARK}_touched <= 0 THEN
          IF s.${MARK}_touched = 0 THEN CONTINUE; END IF;
          keys := NULL;
          EXIT;
        END IF;
        doubtful := COALESCE(${doubts.join(" OR ")}, false);
${[...lookups].map(([condition, rules]) => `        IF ${condition} AND NOT doubtful THEN IF ${rules.join(" OR ")} THEN doubtful := true; END IF; END IF;\n`).join("")}`;
}

function write(source: Source, target: Target, index: number, touched: Touched): string {
  if (byColumn(target)) return writeColumns(source, target, touched);
  const content = touched.any(columnsIn(source, contentOf(target)));
  const { before, target: apart } = rememberedApart(target);
  const { fill, align, clear } = statements(source, apart);
  if (target.when === undefined)
    return `          IF ${content} THEN
            ${before}${align}
          END IF;`;
  const there = asksTables(target.when)
    ? `EXISTS (SELECT FROM ${targetTable(target)} t WHERE ${ownedRows(source, target)})`
    : `s.${MARK}_was_${index}`;
  return `          IF ${touched.any(columnsIn(source, textsOf(target)))} THEN
            IF ${target.when} THEN
              ${before}IF NOT ${there} THEN ${fill}
              ELSIF ${content} THEN ${align}
              END IF;
            ELSIF ${there} THEN
              ${clear};
            END IF;
          END IF;`;
}

/** Statements that make what a target holds what the row `s` gives: from nothing, from other rows, and to nothing. */
function statements(source: Source, target: Target) {
  const owned = ownedRows(source, target);
  const rows = rowsOf(target);
  const clear = `DELETE FROM ${targetTable(target)} t WHERE ${owned}`;
  const same = target.key.map((name) => `f.${identifier(name)} = t.${identifier(name)}`).join(" AND ");
  const one = target.each === undefined && target.key.every((name) => name === target.owner);
  return {
    // Where there is something all the same, the error leads to the long way.
    fill: insert(target),
    align: one
      ? `${updateRow(target, owned)}
            IF NOT FOUND THEN ${upsert(target, rows)}; END IF;`
      : `${upsert(target, rows)};
            ${clear} AND NOT EXISTS (SELECT FROM (${rows}) f WHERE ${same});`,
    clear,
  };
}

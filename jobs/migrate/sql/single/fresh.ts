import type { Source, Target } from "../../declarations/model";
import { preparedIn } from "../inputs";
import { identifier } from "../names";
import { asideRules, insert, MARK, noted, rememberedApart } from "./rows";

/** Inserted rows with their prepared values, and what tells whether the long way must look at them. */
export function freshRows(source: Source): string {
  const last = source.prepare.at(-1) ?? {};
  const below = source.prepare
    .slice(0, -1)
    .reduce(
      (from, stage) => `(SELECT ${["s.*", ...valuesOf(stage)].join(", ")} FROM ${from} s OFFSET 0)`,
      "new_rows",
    );
  const doubts = [noted(source), ...early(source)].map((one) => `(${one})`).join(" OR ");
  return `SELECT ${["s.*", `${doubts} AS ${MARK}_doubtful`, ...valuesOf(last)].join(", ")} FROM ${below} s`;
}

/** PL/pgSQL that says of the row `s` whether the long way must look at it. */
export function freshDoubts(source: Source): string {
  const { plain, looking } = asideRules(source);
  const soon = early(source);
  const late = looking.filter((rule) => !soon.includes(rule));
  const doubts = [`s.${MARK}_doubtful`, ...plain.map((rule) => `(${rule})`)].join(" OR ");
  return `doubtful := COALESCE(${doubts}, false);
${late.map((rule) => `        IF NOT doubtful THEN IF ${rule} THEN doubtful := true; END IF; END IF;\n`).join("")}`;
}

/** PL/pgSQL that writes the row `s`. Where there is something behind it all the same, the error leads to the long way. */
export function freshTarget(given: Target): string {
  const { before, target } = rememberedApart(given);
  return target.when === undefined
    ? `          ${before}${insert(target)}`
    : `          IF ${target.when} THEN ${before}${insert(target)}
          END IF;`;
}

const valuesOf = (stage: Readonly<Record<string, string>>): string[] =>
  Object.entries(stage).map(([name, sql]) => `(${sql}) AS ${identifier(name)}`);

/** Rules that look into tables and need nothing of the last stage: asked with it, they cost no statement of their own. */
function early(source: Source): string[] {
  const last = Object.keys(source.prepare.at(-1) ?? {});
  return asideRules(source).looking.filter(
    (rule) => !preparedIn(source, [rule]).some((name) => last.includes(name)),
  );
}

import { digestOf } from "../frame/evidence";
import type { Check, Step } from "../frame/result";
import { conclude } from "../frame/result";
import { asJson, collectFigures, type MigrationFigures } from "./figures";
import { subjectOf } from "./releases";
import { htmlReport } from "./report/html";
import { markdownReport } from "./report/markdown";
import { migrateAll, type RunResult } from "./run";
import { readSettings } from "./settings";

/** The new model is synchronised both ways, backfilled, and equal in a full comparison. */
export const migrate: Step = async (context) => {
  const { database, environment, objects, progress, signal } = context;
  const subject = subjectOf(context);
  const run = await migrateAll({
    database,
    subject,
    settings: readSettings(context.parameters.migration),
    signal,
    say: progress.say,
    count: progress.count,
  });
  const figures = await database.withConnection((client) => collectFigures(client, run));
  const about = {
    from: subject.from.version,
    to: subject.to.version,
    stack: environment.stack,
    at: context.now().toISOString(),
  };
  const { bucket, prefix } = environment.evidence;
  const report = markdownReport(about, figures);
  await objects.put({ bucket, key: `${prefix}/migration-report.md` }, Buffer.from(report), {
    contentType: "text/markdown; charset=utf-8",
  });
  await objects.put(
    { bucket, key: `${prefix}/migration-report.html` },
    Buffer.from(htmlReport(about, figures)),
    {
      contentType: "text/html; charset=utf-8",
    },
  );
  return conclude({
    checks: checksOf(run, figures),
    passed: `${figures.rows} rows of ${figures.dataSets.length} tables: ${figures.migrated} migrated, ${figures.merged} merged, ${figures.quarantined} set aside; both models are equal`,
    failed: "the new model is not equal to the old one",
    figures: asJson(figures),
    inputs: { mappings: run.opened.mapping, "migration-report.md": digestOf(report) },
  });
};

export function checksOf(run: RunResult, figures: MigrationFigures): Check[] {
  const { comparison } = run;
  const uneven = comparison.sources.filter(({ addsUp }) => !addsUp).map(({ source }) => source);
  return [
    {
      name: "models-equal",
      holds: comparison.equal,
      value: figures.different,
      limit: 0,
      detail: comparison.equal
        ? `${figures.rows} rows compared in one snapshot`
        : `different: ${comparison.sources
            .filter(({ state }) => state !== "equal")
            .map(({ source }) => source)
            .join(", ")}; run \`npm run migrate -- verify\` for rows and columns`,
    },
    {
      name: "counts-add-up",
      holds: uneven.length === 0,
      value: figures.migrated + figures.merged + figures.quarantined,
      limit: figures.rows,
      detail:
        uneven.length === 0 ? "migrated + merged + set aside = rows of the old model" : uneven.join(", "),
    },
  ];
}

import type { JobContext } from "../frame/context";
import type { Check, StepResult } from "../frame/result";

export interface ModelComparison {
  readonly checks: readonly Check[];
  readonly figures: StepResult["figures"];
}

/** Compares the old and the new data model while both exist; there is nothing to compare in a steady stack. */
export async function compareReleases(context: JobContext): Promise<ModelComparison> {
  const { currentRelease, nextRelease } = context.environment;
  if (nextRelease === undefined || nextRelease === currentRelease) return { checks: [], figures: {} };
  // Loaded when it is needed, as the migration engine is the largest part of the program.
  const [{ compare }, { open, requireStarted }, { subjectOf }, { limitsOf, readSettings }] =
    await Promise.all([
      import("../reconcile/compare.js"),
      import("../migrate/open.js"),
      import("../migrate/releases.js"),
      import("../migrate/settings.js"),
    ]);
  const { database, progress, signal, parameters } = context;
  const settings = readSettings(parameters.migration);
  const { comparedShare } = parameters.verification;
  const opened = await database.withConnection((client) => open(client, subjectOf(context)));
  const migration = requireStarted(opened);
  const comparison = await compare({
    database,
    model: opened.model,
    parallel: settings.parallel,
    limits: limitsOf(settings),
    signal,
    sample: comparedShare,
    count: (source, done, total) => progress.count(`comparing ${source}`, done, total),
  });
  const unequal = comparison.sources.filter(({ state }) => state !== "equal").map(({ source }) => source);
  const rows = comparison.sources.reduce((sum, one) => sum + one.rows, 0);
  return {
    checks: [
      {
        name: "models-synchronised",
        holds: migration.state === "synchronised",
        value: migration.state,
        limit: "synchronised",
        detail: "the migration must have finished; run migrate again",
      },
      {
        name: "models-equal",
        holds: comparison.equal,
        value: comparison.differences.length,
        limit: 0,
        detail: comparison.equal
          ? `${rows} rows compared in one snapshot${comparedShare < 1 ? `, a sample of ${Math.round(comparedShare * 100)} % and the newest` : ""}`
          : `different: ${unequal.join(", ")}; run \`npm run migrate -- verify\` for rows and columns`,
      },
    ],
    figures: {
      rows,
      share: comparedShare,
      different: comparison.differences.length,
      seconds: comparison.seconds,
    },
  };
}

import { StepProblem } from "../frame/problems";
import type { Step, StepResult } from "../frame/result";
import { conclude } from "../frame/result";
import { holdLock, open, requireStarted } from "../migrate/open";
import { subjectOf } from "../migrate/releases";
import { limitsOf, readSettings } from "../migrate/settings";
import { reconcilePart } from "./rotate";

/** A rotating part of both models is equal. What differs is repaired, and still fails the step: somebody must know. */
export const reconcile: Step = async (context) => {
  const { database, progress, signal } = context;
  const settings = readSettings(context.parameters.migration);
  const lead = await holdLock(database, 4).catch((problem: unknown) => {
    if (problem instanceof StepProblem) return undefined;
    throw problem;
  });
  if (lead === undefined) return nothing("another step is at work on the data");
  try {
    const opened = await open(lead, subjectOf(context));
    if (opened.migration === undefined) return nothing("no migration has begun");
    const migration = requireStarted(opened);
    if (migration.state !== "synchronised") return nothing(`the migration is ${migration.state}`);
    // Customers are on the new model from the switch on; then it is the one to believe.
    const authority = (await context.evidence("switched"))?.verdict === "passed" ? "new" : "old";
    const found = await reconcilePart({
      database,
      opened,
      parallel: 1,
      limits: limitsOf(settings),
      rows: settings.reconcileRows,
      authority,
      signal,
      say: progress.say,
    });
    const unequal = found.compared.filter(({ state }) => state !== "equal");
    return conclude({
      checks: [
        {
          name: "models-equal",
          holds: unequal.length === 0,
          value: found.differences.length,
          limit: 0,
          detail:
            unequal.length === 0
              ? `${found.compared.map(({ source }) => source).join(", ")} compared`
              : `${unequal.map(({ source }) => source).join(", ")}: ${found.repaired} rows were written again from the ${authority} model; find out what wrote past the synchronisation (order_upgrade.difference)`,
        },
      ],
      passed: `${found.compared.reduce((sum, one) => sum + one.rows, 0)} rows of ${found.compared.length} tables are equal in both models`,
      failed: "the models differed",
      figures: {
        rows: found.compared.reduce((sum, one) => sum + one.rows, 0),
        different: found.differences.length,
        repaired: found.repaired,
        rechecked: found.rechecked,
        authority,
      },
    });
  } finally {
    await lead.end().catch(() => undefined);
  }
};

const nothing = (why: string): StepResult =>
  conclude({
    checks: [{ name: "models-comparable", holds: true, value: why }],
    passed: `nothing to compare yet: ${why}`,
    failed: "",
  });

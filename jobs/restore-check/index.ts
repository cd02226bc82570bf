import { loadChecks } from "../../releases/checks";
import { openSnapshot } from "../backup/snapshot";
import { describeTables } from "../backup/tables";
import type { JobContext } from "../frame/context";
import { StepProblem } from "../frame/problems";
import { type Check, conclude, type Step } from "../frame/result";
import { beginningOfUpgrade, checkInvariants } from "../verify/invariants";
import { type Comparison, compareOriginal } from "./compare-original";
import { readBackup } from "./read-backup";
import { restoreExport } from "./restore-export";
import { createScratch, dropScratch } from "./scratch";

/**
 * A backup counts when it was restored. The platform restores the physical snapshot as an instance of its own, the
 * scratch instance. This step restores the logical export there into an empty database and compares it with its manifest,
 * and compares the physical copy with the live original row by row.
 */
export const restoreCheck: Step = async (context) => {
  const { environment, progress } = context;
  const started = context.now().getTime();
  const { manifest, digest, bucket } = await readBackup(context);
  const instance = context.openDatabase(environment.scratchDatabaseUrl ?? "");
  const name = `restore_check_${environment.attempt}`;

  const url = await createScratch(instance, name);
  const exportChecks = await restoreExport(context, context.openDatabase(url), { manifest, bucket });
  await dropScratch(instance, name);

  progress.say("comparing the restored snapshot with the original");
  const { checks: snapshotChecks, totals, invariants } = await checkSnapshot(context);
  return conclude({
    checks: [...exportChecks, ...snapshotChecks, ...invariants],
    passed: `snapshot and export restore and agree with the original: ${totals.identical} rows are identical in the restored snapshot`,
    failed: "the backup does not restore to what was backed up",
    figures: {
      ...totals,
      tables: manifest.tables.length,
      rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
      seconds: (context.now().getTime() - started) / 1000,
    },
    inputs: { backup: digest },
  });
};

async function checkSnapshot(
  context: JobContext,
): Promise<{ checks: Check[]; totals: Comparison["totals"]; invariants: Check[] }> {
  const { environment, releases, parameters, database } = context;
  const release = environment.currentRelease;
  const { schema } = releases.manifest(release).dataModel;
  const checks = loadChecks(releases.directory, release);
  const copyUrl = new URL(environment.scratchDatabaseUrl ?? "");
  copyUrl.pathname = new URL(environment.databaseUrl).pathname;
  const copyDatabase = context.openDatabase(copyUrl.toString());
  const horizon = (await context.evidence("precheck"))?.figures.transactionHorizon;
  const since = await beginningOfUpgrade(context);
  const live = await openSnapshot(database, 1);
  try {
    const [original] = live.connections;
    if (original === undefined) throw new StepProblem("there is no connection to the original");
    const tables = await describeTables(original, schema, [
      ...new Set(checks.dataSets.flatMap((set) => set.tables)),
    ]);
    return await copyDatabase.withConnection(
      async (copy) => {
        const { checks: compared, totals } = await compareOriginal({
          original,
          copy,
          tables,
          neverDeleted: new Set(checks.dataSets.flatMap((set) => set.neverDeleted)),
          finishedBefore: typeof horizon === "string" ? BigInt(horizon) : undefined,
          say: context.progress.say,
        });
        const invariants = await checkInvariants(copy, {
          schema,
          invariants: checks.invariants,
          examples: parameters.verification.examples,
          since,
        });
        return { checks: compared, totals, invariants };
      },
      { statementTimeout: 0 },
    );
  } finally {
    await live.close();
  }
}

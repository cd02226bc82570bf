import { type DataSet, loadChecks } from "../../releases/checks";
import type { JobContext } from "../frame/context";
import { digestOf } from "../frame/evidence";
import { StepProblem } from "../frame/problems";
import { type Check, conclude, type Step } from "../frame/result";
import { type BackupManifest, backupManifestKey } from "./backup-manifest";
import { exportTable } from "./export-table";
import { deal, openSnapshot } from "./snapshot";
import { describeTables, type Table } from "./tables";

/**
 * Exports the chosen data sets of the release in use: one snapshot, parallel streams, compressed, with checksums.
 *
 * A run that is killed leaves files that no manifest names, and so does not count; the next run starts over in a folder
 * of its own, because files of two different snapshots would not agree with one another.
 */
export const backup: Step = async (context) => {
  const { environment, releases, parameters, database, objects, progress } = context;
  const target = environment.backup;
  if (target === undefined) throw new StepProblem("BACKUP_BUCKET and BACKUP_PREFIX are missing");
  const release = environment.currentRelease;
  const manifest = releases.manifest(release);
  const dataSets = chooseDataSets(
    loadChecks(releases.directory, release).dataSets,
    parameters.backup.dataSets,
  );
  const names = [...new Set(dataSets.flatMap(({ tables }) => tables))];
  const startedAt = context.now();

  const snapshot = await openSnapshot(database, parameters.backup.parallel);
  try {
    const [first] = snapshot.connections;
    if (first === undefined) throw new StepProblem("there is no connection for the export");
    const tables = await describeTables(first, manifest.dataModel.schema, names);
    const space = spaceCheck(tables, parameters.backup.sizeLimit);
    if (!space.holds) {
      return conclude({
        checks: [space],
        passed: "",
        failed: "nothing was exported, as there is no room for it",
      });
    }
    const about = await describeDatabase(context, manifest.dataModel.schema);
    const folder = `${target.prefix}/${startedAt.toISOString().replace(/[:.]/g, "-")}`;
    const expected = tables.reduce((sum, table) => sum + table.estimatedRows, 0);
    const done = new Map<string, number>();
    progress.say(`exporting ${tables.length} tables of ${manifest.dataModel.schema} in one snapshot`);
    // The largest first, so that no stream is left with a large table at the end.
    const bySize = [...tables].sort((a, b) => b.bytes - a.bytes);
    const exported = await deal(bySize, snapshot.connections, (table, client) =>
      exportTable(table, {
        client,
        objects,
        target: { bucket: target.bucket, key: `${folder}/${table.schema}.${table.name}.copy.gz` },
        options: { contentType: "application/gzip", kmsKey: parameters.backup.kmsKey },
        signal: context.signal,
        onRows: (rows) => {
          done.set(table.name, rows);
          const sum = [...done.values()].reduce((all, one) => all + one, 0);
          progress.count("rows exported", sum, Math.max(expected, sum + 1));
        },
      }),
    );
    const rowsOf = (table: string): number => exported.find(({ name }) => name === table)?.rows ?? 0;
    const document: BackupManifest = {
      version: 1,
      stack: environment.stack,
      release,
      attempt: environment.attempt,
      startedAt: startedAt.toISOString(),
      finishedAt: context.now().toISOString(),
      database: { name: about.name, server: about.server },
      schema: manifest.dataModel.schema,
      schemaDigest: digestOf(releases.read(release, "schema.sql")),
      dataSets: dataSets.map((set) => ({
        name: set.name,
        tables: [...set.tables],
        rows: set.tables.reduce((sum, table) => sum + rowsOf(table), 0),
      })),
      tables: names.flatMap((name) => exported.filter((one) => one.name === name)),
      sequences: about.sequences,
    };
    const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
    await objects.put({ bucket: target.bucket, key: backupManifestKey(target.prefix) }, bytes, {
      contentType: "application/json",
      kmsKey: parameters.backup.kmsKey,
    });
    const rows = exported.reduce((sum, one) => sum + one.rows, 0);
    const size = exported.reduce((sum, one) => sum + one.file.bytes, 0);
    return conclude({
      checks: [
        space,
        {
          name: "export-complete",
          holds: exported.length === names.length,
          value: exported.length,
          limit: names.length,
        },
      ],
      passed: `${rows} rows of ${dataSets.length} data sets are exported to s3://${target.bucket}/${folder}`,
      failed: "the export is not complete",
      figures: {
        rows,
        bytes: size,
        seconds: (context.now().getTime() - startedAt.getTime()) / 1000,
        dataSets: document.dataSets.map(({ name, rows: count }) => ({ name, rows: count })),
        bucket: target.bucket,
        manifest: backupManifestKey(target.prefix),
      },
      inputs: { backup: digestOf(bytes), "schema.sql": document.schemaDigest },
    });
  } finally {
    await snapshot.close();
  }
};

function chooseDataSets(known: readonly DataSet[], wanted: readonly string[]): DataSet[] {
  const unknown = wanted.filter((name) => !known.some((set) => set.name === name));
  if (unknown.length > 0)
    throw new StepProblem(
      `backup.dataSets names ${unknown.join(", ")}; the release has ${known.map(({ name }) => name).join(", ")}`,
    );
  return wanted.length === 0 ? [...known] : known.filter(({ name }) => wanted.includes(name));
}

/** Compressed text is smaller than the table on disk, so the size on disk is a safe estimate. */
function spaceCheck(tables: readonly Table[], limit: number): Check {
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    name: "export-fits",
    holds: bytes <= limit,
    value: bytes,
    limit,
    detail: `the export takes at most ${bytes} bytes; raise backup.sizeLimit or choose fewer data sets when that is too much`,
  };
}

async function describeDatabase({ database }: JobContext, schema: string) {
  const [about] = await database.query<{ name: string; server: string }>(
    "SELECT current_database() AS name, current_setting('server_version') AS server",
  );
  const sequences = await database.query<{ name: string; lastValue: string | null }>(
    `SELECT sequencename AS name, last_value::text AS "lastValue" FROM pg_sequences WHERE schemaname = $1 ORDER BY 1`,
    [schema],
  );
  return { name: about?.name ?? "", server: about?.server ?? "", sequences };
}

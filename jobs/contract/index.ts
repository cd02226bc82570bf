import type pg from "pg";
import { roleOf } from "../../releases/manifest";
import type { Check, Step } from "../frame/result";
import { conclude } from "../frame/result";
import { readMigration } from "../migrate/bookkeeping";
import { holdLock, type Opened, open, requireStarted } from "../migrate/open";
import { releasesOf } from "../migrate/releases";
import { limitsOf, readSettings } from "../migrate/settings";
import { BOOK } from "../migrate/sql/names";
import { compare } from "../reconcile/compare";
import { type ArchivedTable, archiveModel, readArchive } from "./archive";
import { contractModel } from "./contract";

/** The old model is archived, synchronisation and old model are removed. Cannot be undone. */
export const contract: Step = async (context) => {
  const { from, to } = releasesOf(context);
  const { database, environment, progress, signal } = context;
  const settings = readSettings(context.parameters.migration);
  const place = environment.backup;
  if (place === undefined) throw new Error("BACKUP_BUCKET is checked by the frame");
  const prefix = `${place.prefix}/archive-${from.version}`;
  const client = await holdLock(database);
  try {
    if (await isGone(client, from.dataModel.schema, to.dataModel.schema, progress.say))
      return result(await readArchive(context.objects, place.bucket, prefix), []);
    const opened = await open(client, { releasesDirectory: context.releases.directory, from, to });
    const checks: Check[] = [];
    if (opened.migration?.state !== "contracting") {
      requireStarted(opened);
      checks.push(...(await mayContract(opened)));
      if (checks.some(({ holds }) => !holds)) return result(undefined, checks);
      progress.say("archiving the old model");
      await archiveModel({
        database,
        objects: context.objects,
        bucket: place.bucket,
        prefix,
        schema: from.dataModel.schema,
        definition: context.releases.read(from.version, "schema.sql"),
        kmsKey: context.parameters.backup.kmsKey,
        say: progress.say,
      });
    }
    await contractModel(client, {
      opened,
      patience: { lockTimeout: settings.lockTimeout * 1000, signal },
      say: progress.say,
    });
    return result(await readArchive(context.objects, place.bucket, prefix), checks);
  } finally {
    await client.end().catch(() => undefined);
  }

  async function mayContract(opened: Opened): Promise<Check[]> {
    const sessions = await client.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = $1",
      [roleOf(from.version)],
    );
    const users = sessions.rows[0]?.count ?? 0;
    progress.say("comparing both models for the last time");
    const compared = await compare({
      database,
      model: opened.model,
      parallel: settings.parallel,
      limits: limitsOf(settings),
      signal,
    });
    return [
      {
        name: "no-session-of-old-release",
        holds: users === 0,
        value: users,
        limit: 0,
        detail: `sessions of ${roleOf(from.version)}; scale ${from.version} to zero first`,
      },
      {
        name: "models-equal",
        holds: compared.equal,
        value: compared.differences.length,
        limit: 0,
        detail: "run `npm run migrate -- repair` and find out what wrote past the synchronisation",
      },
    ];
  }

  function result(archived: readonly ArchivedTable[] | undefined, checks: readonly Check[]) {
    const rows = (archived ?? []).reduce((sum, one) => sum + one.rows, 0);
    return conclude({
      checks: [
        ...checks,
        ...(checks.some(({ holds }) => !holds)
          ? []
          : [
              {
                name: "old-model-archived",
                holds: archived !== undefined,
                value: archived?.length ?? 0,
                detail: `s3://${place?.bucket}/${prefix}/archive.json`,
              },
              { name: "old-model-removed", holds: true, value: from.dataModel.schema },
            ]),
      ],
      passed: `the data model of ${from.version} is archived (${rows} rows) and removed with its synchronisation`,
      failed: `the data model of ${from.version} was not removed`,
      figures: {
        rows,
        bytes: (archived ?? []).reduce((sum, one) => sum + one.bytes, 0),
        tables: archived?.length ?? 0,
      },
      inputs: Object.fromEntries((archived ?? []).map((one) => [one.key, `sha256:${one.sha256}`])),
    });
  }
};

/** Whether an earlier run got to the end, or so far that only the engine's own tables are left. */
async function isGone(
  client: pg.ClientBase,
  old: string,
  next: string,
  say: (message: string) => void,
): Promise<boolean> {
  const { rows } = await client.query<{ gone: boolean }>(
    "SELECT to_regnamespace($1) IS NULL AND to_regnamespace($2) IS NOT NULL AS gone",
    [old, next],
  );
  if (rows[0]?.gone !== true) return false;
  say("the old model is gone already");
  const migration = await readMigration(client);
  if (migration?.state === "contracting") await client.query(`DROP SCHEMA ${BOOK} CASCADE`);
  return true;
}

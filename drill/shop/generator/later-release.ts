import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { contractModel } from "../../../jobs/contract/contract";
import { openDatabase } from "../../../jobs/frame/database";
import { migrateAll } from "../../../jobs/migrate/run";
import { readSettings } from "../../../jobs/migrate/settings";
import { loadRelease } from "../../../releases/load";
import type { Manifest } from "../../../releases/manifest";
import { copyModel, refuseFilledModel } from "./copy-model";
import { type GenerateOptions, type GenerateReport, generate } from "./generate";

/** The release whose model the generator fills by itself. */
const FIRST = "3.2.0";
const SCRATCH = "order_upgrade_generated";

/** Fills the data model of any release with a generated shop. */
export const generateFor = (
  release: string,
  releasesDirectory: string,
  options: GenerateOptions,
): Promise<GenerateReport> =>
  fillFor(release, releasesDirectory, options.databaseUrl, (databaseUrl) =>
    generate({ ...options, databaseUrl }),
  );

/**
 * Fills the data model of any release. `fillFirst` fills that of the first in the database it is given. For a later release
 * that is a database of its own on the same server; the shop is upgraded there, release by release, and its rows are copied.
 * So it has what a shop that really grew has: merged customers, remembered originals, an old queue.
 */
export async function fillFor<Report>(
  release: string,
  releasesDirectory: string,
  databaseUrl: string,
  fillFirst: (databaseUrl: string) => Promise<Report>,
): Promise<Report> {
  const steps = upgrades(release, releasesDirectory);
  const last = steps.at(-1);
  if (last === undefined) return fillFirst(databaseUrl);
  const { schema } = last.to.dataModel;
  const target = new pg.Client({ connectionString: databaseUrl });
  await target.connect();
  try {
    await refuseFilledModel(target, schema);
    await target.query(`DROP DATABASE IF EXISTS ${SCRATCH} WITH (FORCE)`);
    await target.query(`CREATE DATABASE ${SCRATCH}`);
    const url = new URL(databaseUrl);
    url.pathname = `/${SCRATCH}`;
    await install(url.href, releasesDirectory, FIRST);
    const report = await fillFirst(url.href);
    for (const { from, to } of steps) await upgrade(url.href, releasesDirectory, from, to);
    const source = new pg.Client({ connectionString: url.href });
    await source.connect();
    try {
      await copyModel(source, target, schema);
    } finally {
      await source.end();
    }
    return report;
  } finally {
    await target.query(`DROP DATABASE IF EXISTS ${SCRATCH} WITH (FORCE)`).catch(() => undefined);
    await target.end();
  }
}

interface Step {
  readonly from: Manifest;
  readonly to: Manifest;
}

/** The upgrades that lead from the first release to this one, by what each manifest can be upgraded from. */
function upgrades(release: string, directory: string): Step[] {
  if (release === FIRST) return [];
  const to = loadRelease(directory, release);
  const [before] = to.upgradeFrom;
  if (before === undefined)
    throw new Error(`releases/${release}/manifest.yaml: upgradeFrom is empty, so no history leads there`);
  return [...upgrades(before, directory), { from: loadRelease(directory, before), to }];
}

async function install(databaseUrl: string, directory: string, release: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const schema = readFileSync(path.join(directory, release, "schema.sql"), "utf8");
    await client.query(`BEGIN; ${schema}; COMMIT`);
  } finally {
    await client.end();
  }
}

async function upgrade(
  databaseUrl: string,
  releasesDirectory: string,
  from: Manifest,
  to: Manifest,
): Promise<void> {
  await install(databaseUrl, releasesDirectory, to.version);
  const database = openDatabase(databaseUrl, { name: "generate" });
  try {
    const result = await migrateAll({
      database,
      subject: { releasesDirectory, from, to },
      settings: readSettings({}),
      say: () => {},
      count: () => {},
    });
    if (!result.comparison.equal)
      throw new Error(`the generated shop differs after its upgrade from ${from.version} to ${to.version}`);
    const client = await database.connect({ statementTimeout: 0 });
    try {
      const patience = { lockTimeout: 5000 };
      await contractModel(client, { opened: result.opened, patience, say: () => {} });
    } finally {
      await client.end();
    }
  } finally {
    await database.close("now");
  }
}

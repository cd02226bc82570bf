import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import type { Manifest } from "../../releases/manifest";
import { loadMappings } from "../../releases/mapping";
import type { Database } from "../frame/database";
import { StepProblem } from "../frame/problems";
import { type Migration, readMigration } from "./bookkeeping";
import { type Catalogue, readCatalogue, readFingerprint } from "./declarations/catalogue";
import type { Model } from "./declarations/model";
import { resolveModel } from "./declarations/resolve";

/** What to migrate. */
export interface Subject {
  readonly releasesDirectory: string;
  readonly from: Manifest;
  readonly to: Manifest;
}

/** A migration that has been looked at and found possible, started or not. */
export interface Opened {
  readonly model: Model;
  readonly old: Catalogue;
  readonly new: Catalogue;
  readonly fingerprint: string;
  /** SHA-256 of the mappings. */
  readonly mapping: string;
  readonly migration: Migration | undefined;
}

/** One migration at a time in a database. */
const LOCK = 0x0de2_ffff;

/**
 * Holds the lock that keeps a second copy out. It goes with the connection, however the process ends. Tries half a second
 * apart, as the server may still be noticing that the copy before was killed.
 */
export async function holdLock(database: Database, tries = 20): Promise<pg.Client> {
  const client = await database.connect({ statementTimeout: 0, lockTimeout: 5000 });
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { rows } = await client.query<{ held: boolean }>("SELECT pg_try_advisory_lock($1) AS held", [LOCK]);
    if (rows[0]?.held === true) return client;
    await new Promise((done) => setTimeout(done, 500));
  }
  await client.end();
  throw new StepProblem(
    "another copy is at work on this database (it holds the advisory lock); wait for it, or end it and run this again",
  );
}

/** Reads mappings and both models, and refuses what cannot work before anything is changed. */
export async function open(client: pg.ClientBase, subject: Subject): Promise<Opened> {
  const { from, to } = subject;
  const mappings = loadMappings(subject.releasesDirectory, to.version);
  const old = await readCatalogue(client, from.dataModel.schema);
  const next = await readCatalogue(client, to.dataModel.schema);
  for (const [catalogue, manifest] of [
    [old, from],
    [next, to],
  ] as const)
    if (catalogue.size === 0)
      throw new StepProblem(
        `the schema ${manifest.dataModel.schema} of ${manifest.version} is missing or empty; run the step install for ${manifest.version} first`,
      );
  const model = resolveModel(
    mappings,
    { release: from.version, schema: from.dataModel.schema, catalogue: old },
    { release: to.version, schema: to.dataModel.schema, catalogue: next },
  );
  const fingerprint = await readFingerprint(client, tablesOf(model));
  const migration = await readMigration(client);
  return {
    model,
    old,
    new: next,
    fingerprint,
    mapping: digestOfMappings(
      subject.releasesDirectory,
      to.version,
      mappings.map(({ dataSet }) => dataSet),
    ),
    migration,
  };
}

/** Refuses to go on with something else than was begun. */
export function requireSame(opened: Opened): void {
  const { migration, model } = opened;
  if (migration === undefined) return;
  if (migration.from_release !== model.from.release || migration.to_release !== model.to.release)
    throw new StepProblem(
      `this database is being migrated from ${migration.from_release} to ${migration.to_release}; finish or revert that first`,
    );
  if (migration.mapping !== opened.mapping)
    throw new StepProblem(
      `the mappings of ${model.to.release} were changed since the migration began; restore them, or revert and begin again`,
    );
  if (migration.fingerprint !== opened.fingerprint)
    throw new StepProblem(
      "a table of one of the models was altered since the migration began; undo the change, or revert and begin again",
    );
}

export function requireStarted(opened: Opened): Migration {
  if (opened.migration === undefined)
    throw new StepProblem(
      `there is no migration to ${opened.model.to.release} in this database; run migrate first`,
    );
  requireSame(opened);
  return opened.migration;
}

function tablesOf(model: Model): { schema: string; table: string }[] {
  return model.sources.flatMap((source) => [
    { schema: source.schema, table: source.table },
    ...source.targets.map(({ schema, table }) => ({ schema, table })),
  ]);
}

function digestOfMappings(directory: string, version: string, dataSets: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of [...dataSets].sort())
    hash.update(readFileSync(path.join(directory, version, `mapping.${name}.yaml`)));
  return `sha256:${hash.digest("hex")}`;
}

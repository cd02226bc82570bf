import { createHash } from "node:crypto";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { from as copyFrom } from "pg-copy-streams";
import type { BackupManifest } from "../backup/backup-manifest";
import { ContentMeter } from "../backup/content";
import { CANONICAL_TEXT, copyIn, type Table } from "../backup/tables";
import type { JobContext } from "../frame/context";
import type { Database } from "../frame/database";
import { digestOf } from "../frame/evidence";
import { messageOf, StepProblem } from "../frame/problems";
import type { Check } from "../frame/result";
import { loosen, measureTable, tighten } from "./scratch";

/**
 * Restores the export into an empty database and compares: the checksum of every file, the rows that were read, and
 * the rows that the restored database gives back, all against the manifest.
 */
export async function restoreExport(
  context: JobContext,
  scratch: Database,
  { manifest, bucket }: { readonly manifest: BackupManifest; readonly bucket: string },
): Promise<Check[]> {
  const schemaSql = context.releases.read(manifest.release, "schema.sql");
  if (digestOf(schemaSql) !== manifest.schemaDigest)
    throw new StepProblem(`schema.sql of ${manifest.release} is not the one the export was made with`);
  return scratch.withConnection(
    async (client) => {
      await client.query(schemaSql);
      await client.query(CANONICAL_TEXT);
      const constraints = await loosen(client, manifest.schema);
      const checks: Check[] = [];
      for (const table of manifest.tables) {
        context.signal.throwIfAborted();
        context.progress.say(`restoring ${table.name}`);
        checks.push(await restoreTable(context, client, bucket, manifest.schema, table));
      }
      const restored = new Set(manifest.tables.map(({ name }) => name));
      const broken = await tighten(client, manifest.schema, constraints, restored);
      checks.push({
        name: "export-references",
        holds: broken.length === 0,
        value: broken.length,
        limit: 0,
        detail: broken.length === 0 ? "every reference between restored tables holds" : broken.join("; "),
      });
      return checks;
    },
    { statementTimeout: 0 },
  );
}

async function restoreTable(
  { objects, signal }: JobContext,
  client: Parameters<typeof measureTable>[0],
  bucket: string,
  schema: string,
  exported: BackupManifest["tables"][number],
): Promise<Check> {
  const { file } = exported;
  const name = `export-${exported.name.replaceAll("_", "-")}`;
  const limit = { rows: exported.rows, content: exported.content, file: file.sha256 };
  const wrong = (detail: string): Check => ({
    name,
    holds: false,
    limit,
    detail: `${detail}; run backup again`,
  });
  const source = await objects.getStream({ bucket, key: file.key });
  if (source === undefined) return wrong(`${file.key} is missing in the bucket`);
  const table: Table = {
    schema,
    name: exported.name,
    columns: exported.columns,
    key: exported.key,
    bytes: 0,
    estimatedRows: 0,
  };
  const fileHash = createHash("sha256");
  const tap = new PassThrough();
  tap.on("data", (chunk: Buffer) => fileHash.update(chunk));
  const meter = new ContentMeter();
  try {
    await pipeline(source, tap, createGunzip(), meter, client.query(copyFrom(copyIn(table))), { signal });
  } catch (problem) {
    return wrong(`${file.key} cannot be restored: ${messageOf(problem)}`);
  }
  const read = { rows: meter.rows, content: meter.sha256(), file: fileHash.digest("hex") };
  if (read.file !== file.sha256) return wrong(`${file.key} is not the file that was written`);
  const back = await measureTable(client, table);
  const value = { ...back, file: read.file };
  const holds =
    back.rows === exported.rows && back.content === exported.content && read.content === exported.content;
  return holds
    ? { name, holds, value: value.rows, limit: exported.rows }
    : { ...wrong("the restored rows differ"), value };
}

import { createHash } from "node:crypto";
import { createGzip } from "node:zlib";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { Database } from "../frame/database";
import type { ObjectStore } from "../frame/object-store";
import { StepProblem } from "../frame/problems";
import { BOOK, qualified } from "../migrate/sql/names";

export interface ArchivedTable {
  readonly table: string;
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ArchiveOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly bucket: string;
  /** Folder of the archive. */
  readonly prefix: string;
  readonly schema: string;
  /** `schema.sql` of the release, kept beside the data. */
  readonly definition: string;
  readonly kmsKey?: string | undefined;
  readonly say: (message: string) => void;
}

/**
 * Writes every table of a schema, and the quarantine, as gzipped CSV in one snapshot, and reads each object back: an
 * archive counts only when its checksum was seen again.
 */
export async function archiveModel(options: ArchiveOptions): Promise<ArchivedTable[]> {
  const { database, objects, bucket, prefix, schema, say } = options;
  const put = options.kmsKey === undefined ? {} : { kmsKey: options.kmsKey };
  const archived = await database.transaction(
    async (client) => {
      const { rows } = await client.query<{ name: string }>(
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1",
        [schema],
      );
      const tables = [
        ...rows.map(({ name }) => ({ name: `${schema}.${name}`, relation: qualified(schema, name) })),
        { name: `${BOOK}.quarantine`, relation: `${BOOK}.quarantine` },
      ];
      const found: ArchivedTable[] = [];
      for (const { name, relation } of tables) {
        say(`archiving ${name}`);
        const key = `${prefix}/${name}.csv.gz`;
        const { stream, rows: lines } = copyOut(client, relation);
        const stored = await objects.putStream({ bucket, key }, stream, put);
        found.push({ table: name, key, rows: lines(), bytes: stored.bytes, sha256: stored.sha256 });
      }
      return found;
    },
    { isolation: "repeatable read", readOnly: true, statementTimeout: 0, retry: { tries: 1 } },
  );
  for (const one of archived) {
    const seen = await checksum(objects, bucket, one.key);
    if (seen !== one.sha256)
      throw new StepProblem(
        `the archive ${one.key} reads back with another checksum; nothing was removed, run the step again`,
      );
  }
  const list = { version: 1, schema, tables: archived };
  await objects.put({ bucket, key: `${prefix}/schema.sql` }, Buffer.from(options.definition), put);
  await objects.put(
    { bucket, key: `${prefix}/archive.json` },
    Buffer.from(`${JSON.stringify(list, null, 2)}\n`),
    {
      ...put,
      contentType: "application/json",
    },
  );
  return archived;
}

/** The list of an archive that was completed, or undefined. */
export async function readArchive(
  objects: ObjectStore,
  bucket: string,
  prefix: string,
): Promise<ArchivedTable[] | undefined> {
  const bytes = await objects.get({ bucket, key: `${prefix}/archive.json` });
  return bytes === undefined ? undefined : (JSON.parse(bytes.toString("utf8")).tables as ArchivedTable[]);
}

function copyOut(client: pg.Client, relation: string) {
  const copy = client.query(copyTo(`COPY (SELECT * FROM ${relation}) TO STDOUT (FORMAT csv, HEADER)`));
  // The fastest level, as in a backup: customers need the processor more than the bucket needs the room.
  const gzip = createGzip({ level: 1 });
  copy.on("error", (problem) => gzip.destroy(problem));
  copy.pipe(gzip);
  return { stream: gzip, rows: () => copy.rowCount };
}

async function checksum(objects: ObjectStore, bucket: string, key: string): Promise<string | undefined> {
  const stream = await objects.getStream({ bucket, key });
  if (stream === undefined) return undefined;
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}

import { z } from "zod";

const sha256 = z.string().regex(/^[a-f0-9]{64}$/);

/** `manifest.json` of a logical export. It is written last: an export without it does not count. */
export const backupManifestSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  release: z.string(),
  attempt: z.int(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  database: z.object({ name: z.string(), server: z.string() }),
  /** Schema of the data model, and the digest of the `schema.sql` that creates it. */
  schema: z.string(),
  schemaDigest: z.string(),
  dataSets: z.array(z.object({ name: z.string(), tables: z.array(z.string()), rows: z.int() })),
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()),
      key: z.array(z.object({ name: z.string(), kind: z.enum(["number", "text"]) })),
      rows: z.int(),
      /** Hash of the rows as text, in the order of their key. */
      content: sha256,
      /** The compressed file in the bucket. */
      file: z.object({ key: z.string(), bytes: z.int(), sha256 }),
    }),
  ),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string().nullable() })),
});

export type BackupManifest = z.output<typeof backupManifestSchema>;

export const backupManifestKey = (prefix: string): string => `${prefix}/manifest.json`;

import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { ObjectAddress, ObjectStore, PutOptions } from "../frame/object-store";
import type { BackupManifest } from "./backup-manifest";
import { ContentMeter } from "./content";
import { copyOut, type Table } from "./tables";

export interface Export {
  readonly client: pg.ClientBase;
  readonly objects: ObjectStore;
  readonly target: ObjectAddress;
  readonly options: PutOptions;
  readonly signal: AbortSignal;
  readonly onRows?: (rows: number) => void;
}

/** Streams one table from the database into the bucket, compressed. Memory is constant. */
export async function exportTable(
  table: Table,
  { client, objects, target, options, signal, onRows }: Export,
): Promise<BackupManifest["tables"][number]> {
  const meter = new ContentMeter(onRows);
  // The fastest level: a backup should leave the processor to the customers.
  const gzip = createGzip({ level: 1 });
  const [stored] = await Promise.all([
    objects.putStream(target, gzip, options),
    pipeline(client.query(copyTo(copyOut(table))), meter, gzip, { signal }),
  ]);
  return {
    name: table.name,
    columns: [...table.columns],
    key: table.key.map((column) => ({ ...column })),
    rows: meter.rows,
    content: meter.sha256(),
    file: { key: target.key, ...stored },
  };
}

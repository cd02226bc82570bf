import { constants } from "node:fs";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";

const NOT_COPIED = new Set([
  "postmaster.pid",
  "postmaster.opts",
  "pg_replslot",
  "pg_wal",
  "pg_stat_tmp",
  "pg_subtrans",
]);

/**
 * Copies a running server's data directory so that the copy starts up in the state of the moment at which this ends.
 *
 * PostgreSQL's own base backup protocol: between start and stop it logs whole pages, a slot keeps the log, and the
 * label in the copy tells the new server from where to replay. Blocks are shared where the file system can.
 */
export async function copyRunning(url: string, source: string, destination: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // A server that goes away meanwhile ends the query below with an error.
  client.on("error", () => {});
  await client.connect();
  try {
    const slot = `snapshot_${process.pid}_${Date.now()}`;
    await client.query("SELECT pg_create_physical_replication_slot($1, true, true)", [slot]);
    await client.query("SELECT pg_backup_start('snapshot', true)");
    await copyFolder(source, destination);
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      "SELECT labelfile, spcmapfile FROM pg_backup_stop(false)",
    );
    await copyFolder(path.join(source, "pg_wal"), path.join(destination, "pg_wal"));
    await makeEmpty(destination, ["pg_replslot", "pg_stat_tmp", "pg_subtrans", "pg_wal/archive_status"]);
    await writeFile(path.join(destination, "backup_label"), rows[0]?.labelfile ?? "", { mode: 0o600 });
  } finally {
    // Ends the backup and drops the slot, which is a temporary one.
    await client.end();
  }
}

async function copyFolder(source: string, destination: string): Promise<void> {
  await mkdir(destination, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (NOT_COPIED.has(entry.name) && path.basename(source) !== "pg_wal") continue;
    const [from, to] = [path.join(source, entry.name), path.join(destination, entry.name)];
    try {
      if (entry.isDirectory()) await copyFolder(from, to);
      else if (entry.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE);
    } catch (problem) {
      // Dropped tables and recycled log segments vanish while the copy goes on.
      if ((problem as NodeJS.ErrnoException).code !== "ENOENT") throw problem;
    }
  }
}

/** A copy of the data directory of a server that does not run, log included. */
export async function copyStopped(source: string, destination: string): Promise<void> {
  await copyFolder(source, destination);
  await copyFolder(path.join(source, "pg_wal"), path.join(destination, "pg_wal"));
  await makeEmpty(destination, ["pg_replslot", "pg_stat_tmp", "pg_subtrans"]);
}

/** Folders that a server wants to find, though nothing in them is worth a copy. */
async function makeEmpty(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names) await mkdir(path.join(directory, name), { recursive: true, mode: 0o700 });
}

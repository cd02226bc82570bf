import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { own, type PostgresServer, startPostgres } from "../../../drill/postgres/server";

/** A snapshot of a running server, restored as a second one: files copied while customers write, then recovered. */
export async function physicalCopy(original: PostgresServer): Promise<PostgresServer> {
  const parent = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-copy-"));
  const directory = path.join(parent, "data");
  const client = new pg.Client({ connectionString: original.url() });
  await client.connect();
  await client.query("SELECT pg_backup_start('test', fast => true)");
  cpSync(original.directory, directory, {
    recursive: true,
    filter: (source) => !source.endsWith("postmaster.pid") && !source.endsWith("postmaster.opts"),
  });
  const { rows } = await client.query<{ labelfile: string }>(
    "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)",
  );
  // The log up to the end of the copy, without which the copied pages do not fit together.
  await client.query("SELECT pg_switch_wal()");
  cpSync(path.join(original.directory, "pg_wal"), path.join(directory, "pg_wal"), {
    recursive: true,
    force: true,
  });
  writeFileSync(path.join(directory, "backup_label"), rows[0]?.labelfile ?? "");
  await client.end();
  own(parent);
  const server = await startPostgres(directory);
  return {
    ...server,
    async stop(how) {
      await server.stop(how);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

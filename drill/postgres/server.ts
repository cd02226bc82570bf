import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { ended, spawnProgram } from "../process/leash";
import { freePort } from "../process/ports";
import { postgresBinaries, serverAccount } from "./binaries";

const run = promisify(execFile);

export interface PostgresServer {
  readonly port: number;
  readonly directory: string;
  /** Connection string of the administrator; database "postgres" unless named. */
  url(database?: string): string;
  /** Ends the server. "immediate" is a crash: no checkpoint is written. Default "fast". */
  stop(how?: "fast" | "immediate"): Promise<void>;
  /** Resolves when the server process has ended for whatever reason. */
  readonly ended: Promise<void>;
}

export interface PostgresOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly administrator?: string;
  readonly password?: string;
  /** Settings of postgresql.conf, laid over DRILL_SETTINGS. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Safe against killed processes, not against power cuts: flushing to disk is left out to spare laptops. */
export const DRILL_SETTINGS: Readonly<Record<string, string>> = {
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "256MB",
  max_connections: "200",
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  wal_level: "replica",
  max_wal_senders: "4",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  log_min_messages: "warning",
  timezone: "UTC",
};

/** Creates a data directory. Does nothing when there is one already. */
export async function initialisePostgres(directory: string, options: PostgresOptions = {}): Promise<void> {
  if (existsSync(path.join(directory, "PG_VERSION"))) return;
  const account = serverAccount();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  own(directory);
  const passwordFile = path.join(directory, "..", `.initdb-${process.pid}-${path.basename(directory)}`);
  writeFileSync(passwordFile, options.password ?? "postgres", { mode: 0o600 });
  own(passwordFile);
  try {
    const home = postgresBinaries();
    await run(
      path.join(home, "bin", "initdb"),
      [
        "-D",
        directory,
        "-U",
        options.administrator ?? "postgres",
        "--auth=scram-sha-256",
        `--pwfile=${passwordFile}`,
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
      ],
      { ...account, cwd: directory, env: libraryPath(home) },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Starts a server on an initialised data directory and waits until it answers. */
export async function startPostgres(
  directory: string,
  options: PostgresOptions = {},
): Promise<PostgresServer> {
  const port = options.port ?? (await freePort());
  const home = postgresBinaries();
  // A killed server leaves this file; the leash guarantees that no server is behind it.
  rmSync(path.join(directory, "postmaster.pid"), { force: true });
  const settings = Object.entries({ ...DRILL_SETTINGS, ...options.settings }).flatMap(([key, value]) => [
    "-c",
    `${key}=${value}`,
  ]);
  const child = spawnProgram(
    path.join(home, "bin", "postgres"),
    ["-D", directory, "-p", String(port), ...settings],
    {
      ...serverAccount(),
      cwd: directory,
      env: libraryPath(home),
      lastSignal: "QUIT",
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text) => {
      output = (output + text).slice(-4000);
    });
  const end = ended(child).then(() => undefined);
  const url = (database = "postgres"): string =>
    `postgresql://${options.administrator ?? "postgres"}:${encodeURIComponent(options.password ?? "postgres")}@127.0.0.1:${port}/${database}`;
  const stopped = await Promise.race([end.then(() => true), untilReady(url()).then(() => false)]);
  if (stopped)
    throw new Error(`PostgreSQL did not start on port ${port} with ${directory}:\n${output.trim()}`);
  return {
    port,
    directory,
    url,
    ended: end,
    async stop(how = "fast") {
      child.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
      await end;
    },
  };
}

/** A server on a folder of its own that is removed with it, for tests and benchmarks. */
export async function temporaryPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const parent = await mkdtemp(path.join(os.tmpdir(), "order-upgrade-database-"));
  own(parent);
  const directory = path.join(parent, "data");
  await initialisePostgres(directory, options);
  const server = await startPostgres(directory, options);
  return {
    ...server,
    async stop(how) {
      await server.stop(how);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** Gives a file or folder, with all it holds, to the account that runs the server. */
export function own(target: string): void {
  const { uid, gid } = serverAccount();
  if (uid === undefined || gid === undefined) return;
  chownSync(target, uid, gid);
  try {
    for (const name of readdirSync(target)) own(path.join(target, name));
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== "ENOTDIR") throw problem;
  }
}

function libraryPath(home: string): NodeJS.ProcessEnv {
  const library = path.join(home, "lib");
  return {
    PATH: process.env.PATH,
    LD_LIBRARY_PATH: library,
    DYLD_LIBRARY_PATH: library,
    LC_ALL: "C",
    TZ: "UTC",
  };
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await client.end().catch(() => {});
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

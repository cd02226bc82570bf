import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { initialisePostgres, own, type PostgresServer, startPostgres } from "../../../postgres/server";
import type { Authority } from "../../certificates/authority";
import { type Applied, configurationFile, hostBasedAuthentication } from "./parameters";
import { type Administrator, createAdministrator, createDatabase, setPassword, withClient } from "./roles";

/** Runs the server as RDS runs it: with a superuser that customers never see. */
export const OPERATOR = "rdsadmin";

export interface DatabaseServerOptions {
  readonly directory: string;
  readonly port: number;
  readonly operatorPassword: string;
  readonly authority: Authority;
  readonly parameters: Applied;
}

export const newOperatorPassword = (): string => randomBytes(24).toString("base64url");

/** A new data directory; nothing runs on it afterwards that did not run before. */
export async function initialise(directory: string, operatorPassword: string): Promise<void> {
  await initialisePostgres(directory, { administrator: OPERATOR, password: operatorPassword });
  if (!existsSync(path.join(directory, "rds.conf")))
    appendFileSync(path.join(directory, "postgresql.conf"), "\ninclude_if_exists 'rds.conf'\n");
}

/** Starts the server with TLS and the settings of its parameter group. */
export async function start(options: DatabaseServerOptions): Promise<PostgresServer> {
  const { directory, authority, parameters } = options;
  writeFileSync(path.join(directory, "server.crt"), authority.certificate);
  rmSync(path.join(directory, "server.key"), { force: true });
  writeFileSync(path.join(directory, "server.key"), authority.key, { mode: 0o600 });
  configure(directory, parameters, false);
  own(directory);
  return startPostgres(directory, {
    port: options.port,
    administrator: OPERATOR,
    password: options.operatorPassword,
    settings: {
      ssl: "on",
      ssl_cert_file: "server.crt",
      ssl_key_file: "server.key",
      // A quarter of what a whole machine for databases would take.
      shared_buffers: "128MB",
      max_replication_slots: "10",
    },
  });
}

/** Writes the files that tell who may connect, and the settings. They count after a reload, some after a restart. */
export function configure(directory: string, parameters: Applied, closed: boolean): void {
  writeFileSync(path.join(directory, "rds.conf"), configurationFile(parameters));
  writeFileSync(
    path.join(directory, "pg_hba.conf"),
    hostBasedAuthentication(OPERATOR, parameters.forceTls, closed),
  );
}

/** Makes the administrator and the database of a new server. */
export async function furnish(
  server: PostgresServer,
  administrator: Administrator,
  database: string | undefined,
): Promise<void> {
  await createAdministrator(server.url(), administrator);
  if (database !== undefined && database !== "postgres")
    await createDatabase(server.url(), database, administrator.username);
}

export async function changePassword(server: PostgresServer, administrator: Administrator): Promise<void> {
  await setPassword(server.url(), administrator);
}

export async function reload(server: PostgresServer): Promise<void> {
  await withClient(server.url(), (client) => client.query("SELECT pg_reload_conf()"));
}

/** Ends every session but the operator's. */
export async function endSessions(server: PostgresServer): Promise<void> {
  await withClient(server.url(), (client) =>
    client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename <> $1",
      [OPERATOR],
    ),
  );
}

/** Makes every transaction of customers that begins from now on read-only, or ends that. */
export async function setReadOnly(server: PostgresServer, readOnly: boolean): Promise<void> {
  await withClient(server.url(), async (client) => {
    await client.query(`SET default_transaction_read_only = off`);
    await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${readOnly ? "on" : "off"}`);
    await client.query(`ALTER ROLE ${OPERATOR} SET default_transaction_read_only = off`);
    await client.query("SELECT pg_reload_conf()");
  });
}

import pg from "pg";
import { scramVerifier } from "./scram";

export interface Administrator {
  readonly username: string;
  readonly password: string;
}

/**
 * Creates the administrator as RDS does: no superuser, but member of `rds_superuser`, which may monitor, end sessions,
 * make roles and databases, and set some parameters that are kept from others.
 */
export async function createAdministrator(url: string, { username, password }: Administrator): Promise<void> {
  await withClient(url, async (client) => {
    const user = client.escapeIdentifier(username);
    await client.query(`
      CREATE ROLE rds_superuser NOLOGIN;
      GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_maintain, pg_use_reserved_connections,
        pg_create_subscription TO rds_superuser WITH ADMIN OPTION;
      GRANT pg_read_all_data, pg_write_all_data TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
      GRANT SET ON PARAMETER session_replication_role, deadlock_timeout, log_min_duration_statement, log_statement,
        log_lock_waits, track_io_timing, temp_file_limit TO rds_superuser WITH GRANT OPTION;
      CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE PASSWORD ${client.escapeLiteral(scramVerifier(password))};
      GRANT rds_superuser TO ${user} WITH ADMIN OPTION;
      GRANT CREATE ON DATABASE postgres TO ${user};
      GRANT CREATE ON SCHEMA public TO ${user};
    `);
  });
}

export async function setPassword(url: string, { username, password }: Administrator): Promise<void> {
  await withClient(url, async (client) => {
    const verifier = client.escapeLiteral(scramVerifier(password));
    await client.query(`ALTER ROLE ${client.escapeIdentifier(username)} PASSWORD ${verifier}`);
  });
}

export async function createDatabase(url: string, name: string, owner: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0)
      await client.query(
        `CREATE DATABASE ${client.escapeIdentifier(name)} OWNER ${client.escapeIdentifier(owner)}`,
      );
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

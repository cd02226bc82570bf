import type pg from "pg";
import { identifier, literal } from "../frame/database";
import type { Role } from "./roles";
import { scramVerifier } from "./scram";

/** Creates or completes a role. Running it again changes nothing but the salt of the password. */
export async function createRole(
  client: pg.Client,
  role: Role,
  password: string,
): Promise<"created" | "kept"> {
  const known = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role.name]);
  const name = identifier(role.name);
  if (known.rowCount === 0) await client.query(`CREATE ROLE ${name}`);
  await client.query(
    `ALTER ROLE ${name} LOGIN NOCREATEDB NOCREATEROLE CONNECTION LIMIT ${role.connections} PASSWORD ${literal(scramVerifier(password))}`,
  );
  for (const [setting, value] of Object.entries(role.settings))
    await client.query(`ALTER ROLE ${name} SET ${setting} = ${literal(value)}`);
  return known.rowCount === 0 ? "created" : "kept";
}

/**
 * Lets the administrator act as `migrator`, which owns the data models. An administrator who is no superuser (as on
 * Amazon RDS) may grant itself a role it created, but is no member of it by that alone.
 */
export async function actAsMigrator(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ member: boolean; version: number }>(
    `SELECT pg_has_role(current_user, 'migrator', 'MEMBER') AND
            (current_setting('server_version_num')::int < 160000 OR EXISTS
              (SELECT FROM pg_auth_members WHERE roleid = 'migrator'::regrole AND member = current_user::regrole))
            AS member, current_setting('server_version_num')::int AS version`,
  );
  const state = rows[0];
  if (state === undefined) return;
  if (state.version >= 160_000)
    await client.query("GRANT migrator TO CURRENT_USER WITH SET TRUE, INHERIT TRUE");
  else if (!state.member) await client.query("GRANT migrator TO CURRENT_USER");
}

/** What each role may do in the database as a whole. */
export async function grantDatabase(client: pg.Client, roles: readonly Role[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  const database = identifier(rows[0]?.name ?? "");
  for (const role of roles)
    await client.query(
      `GRANT ${role.kind === "migrator" ? "CONNECT, CREATE, TEMPORARY" : "CONNECT"} ON DATABASE ${database} TO ${identifier(role.name)}`,
    );
  for (const role of roles.filter(({ kind }) => kind !== "application"))
    await client.query(`GRANT pg_monitor TO ${identifier(role.name)}`);
  await client.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
}

/** What a role may do in one data model, now and for tables that come later. Runs as `migrator`. */
export async function grantModel(client: pg.Client, schema: string, role: Role): Promise<void> {
  if (role.kind === "migrator") return;
  const to = identifier(role.name);
  const within = identifier(schema);
  const [tables, sequences] =
    role.kind === "reader" ? ["SELECT", "SELECT"] : ["SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"];
  await client.query(`GRANT USAGE ON SCHEMA ${within} TO ${to}`);
  await client.query(`GRANT ${tables} ON ALL TABLES IN SCHEMA ${within} TO ${to}`);
  await client.query(`GRANT ${sequences} ON ALL SEQUENCES IN SCHEMA ${within} TO ${to}`);
  await client.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${within} GRANT ${tables} ON TABLES TO ${to}`);
  await client.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${within} GRANT ${sequences} ON SEQUENCES TO ${to}`);
}

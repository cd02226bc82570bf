import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { install } from "../../../jobs/install";
import { scramVerifier } from "../../../jobs/install/scram";
import { type ObjectStorage, startObjectStorage } from "../support/object-storage";
import { holding, tryStep } from "../support/run";

let server: PostgresServer;
let storage: ObjectStorage;
let administrator: string;

const PASSWORDS = {
  ROLE_PASSWORD_MIGRATOR: "migrator-password",
  ROLE_PASSWORD_READER: "reader-password-1",
  ROLE_PASSWORD_APP_3_2_0: "application-3-2-0",
  ROLE_PASSWORD_APP_4_0_0: "application-4-0-0",
};

async function sql<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const as = (role: string, password: string): string =>
  `postgresql://${role}:${password}@127.0.0.1:${server.port}/shop`;

const run = (release: string) =>
  tryStep({
    step: "install",
    work: install,
    storage,
    variables: { DATABASE_URL: administrator, RELEASE: release, ...PASSWORDS },
  });

beforeAll(async () => {
  [server, storage] = await Promise.all([
    temporaryPostgres({ settings: { log_statement: "all", log_destination: "stderr" } }),
    startObjectStorage(),
  ]);
  // An administrator as Amazon RDS gives one: it may create roles and databases, and is no superuser.
  await sql(
    server.url(),
    `CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD 'master-password';
     GRANT pg_monitor TO master WITH ADMIN OPTION`,
  );
  await sql(server.url(), "CREATE DATABASE shop OWNER master");
  administrator = as("master", "master-password");
});

afterAll(() => Promise.all([server.stop(), storage.close()]));

describe("install", () => {
  test("two Jobs at once create the model and the roles once, without a superuser", async () => {
    const both = await Promise.all([run("3.2.0"), run("3.2.0")]);
    expect(both.map(({ code, evidence }) => [code, evidence.summary])).toEqual([
      [0, expect.stringContaining("shop_v3")],
      [0, expect.stringContaining("shop_v3")],
    ]);
  });

  test("a second release is added beside the first", async () => {
    const { code } = await run("4.0.0");
    expect(code).toBe(0);
    const [row] = await sql<{ n: number }>(
      server.url("shop"),
      "SELECT count(*)::int AS n FROM pg_class c JOIN pg_roles r ON r.oid = relowner WHERE relkind = 'r' AND rolname = 'migrator'",
    );
    expect(row?.n).toBeGreaterThan(20);
  });

  test("a release reaches its own model and no other, and may not change its shape", async () => {
    const app = as("app_4_0_0", PASSWORDS.ROLE_PASSWORD_APP_4_0_0);
    await expect(sql(app, "SELECT count(*) FROM orders")).resolves.toHaveLength(1);
    await expect(sql(app, "SELECT count(*) FROM shop_v3.orders")).rejects.toThrow(/permission denied/);
    await expect(sql(app, "DROP TABLE orders")).rejects.toThrow(/must be owner/);
    await expect(sql(app, "CREATE TABLE public.mine (id int)")).rejects.toThrow(/permission denied/);
  });

  test("the reader reads everything and writes nothing, even when it asks for a writing transaction", async () => {
    const reader = as("reader", PASSWORDS.ROLE_PASSWORD_READER);
    await expect(sql(reader, "SELECT count(*) FROM shop_v3.orders")).resolves.toHaveLength(1);
    await expect(sql(reader, "BEGIN READ WRITE; DELETE FROM shop_v3.orders")).rejects.toThrow(
      /permission denied/,
    );
  });

  test("the migrator may change both models and create others", async () => {
    const migrator = as("migrator", PASSWORDS.ROLE_PASSWORD_MIGRATOR);
    await sql(
      migrator,
      "ALTER TABLE shop_v3.orders ADD COLUMN probe int; ALTER TABLE shop_v3.orders DROP COLUMN probe",
    );
    await sql(migrator, "CREATE SCHEMA probe; DROP SCHEMA probe");
  });

  test("a model made by another schema.sql is refused", async () => {
    await sql(server.url("shop"), "COMMENT ON SCHEMA shop_v4 IS 'order-upgrade 4.0.0 sha256:other'");
    const { code, evidence } = await run("4.0.0");
    expect([code, holding(evidence, "model-of-release")]).toEqual([1, false]);
  });

  test("missing and short passwords are named together, and none of them is printed", async () => {
    const { code, evidence, bytes } = await tryStep({
      step: "install",
      work: install,
      storage,
      variables: { DATABASE_URL: administrator, ROLE_PASSWORD_MIGRATOR: "tiny-one" },
    });
    expect(code).toBe(1);
    for (const name of ["MIGRATOR: is shorter", "READER: is missing", "APP_4_0_0: is missing"])
      expect(evidence.summary).toContain(name);
    expect(bytes.toString()).not.toContain("tiny-one");
  });

  test("a password is hashed before it reaches the server, with a salt of its own", () => {
    const [first, second] = [scramVerifier("pencil"), scramVerifier("pencil")];
    expect(first).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/);
    expect(first).not.toBe(second);
    expect(first).not.toContain("pencil");
  });
});

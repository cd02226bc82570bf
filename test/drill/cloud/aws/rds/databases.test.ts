import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataDirectory } from "../../../../../drill/cloud/aws/rds/data-directory";
import { Databases } from "../../../../../drill/cloud/aws/rds/databases";
import { applied } from "../../../../../drill/cloud/aws/rds/parameters";
import { type Authority, openAuthority } from "../../../../../drill/cloud/certificates/authority";
import { eventually } from "../../eventually";
import { temporaryFolder } from "../../folder";

const folder = temporaryFolder();
const ADMINISTRATOR = { username: "shop", password: "päss 'word" };
let authority: Authority;
let databases: Databases;
let clients: pg.Client[] = [];

function open(): Databases {
  const { persistence, ports } = folder.open();
  return new Databases({
    persistence,
    ports,
    authority,
    directory: dataDirectory(path.join(folder.directory, "databases")),
    operators: path.join(folder.directory, "operators"),
    log: () => {},
  });
}

async function connect(identifier: string, options: Partial<pg.ClientConfig> = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port: databases.server(identifier).port,
    user: ADMINISTRATOR.username,
    password: ADMINISTRATOR.password,
    database: "orders",
    ssl: { ca: readFileSync(authority.file) },
    ...options,
  });
  client.on("error", () => {});
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  authority = await openAuthority(path.join(folder.directory, "certificates"));
  databases = open();
  await databases.create(
    "orders",
    ADMINISTRATOR,
    "orders",
    applied([{ name: "log_min_duration_statement", value: "1500" }]),
  );
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => {})));
  clients = [];
  await databases.stopAll();
  folder.remove();
});

test("customers need TLS, and get it with a certificate of the drill's authority", async () => {
  const client = await connect("orders", { host: "localhost" });
  const { rows } = await client.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  expect(rows).toEqual([{ ssl: true }]);
  await expect(connect("orders", { ssl: false })).rejects.toThrow(/no pg_hba.conf entry/);
  await expect(connect("orders", { ssl: {} })).rejects.toThrow(/certificate/);
  await expect(connect("orders", { password: "another" })).rejects.toThrow(/password authentication failed/);
});

test("the administrator makes roles and databases but is no superuser", async () => {
  const client = await connect("orders");
  const { rows } = await client.query(
    "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
  );
  expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: true }]);
  await client.query(
    "CREATE ROLE app LOGIN; GRANT app TO shop; CREATE SCHEMA sales AUTHORIZATION app; SET session_replication_role = replica",
  );
  await expect(client.query("CREATE ROLE root SUPERUSER")).rejects.toThrow(/permission denied/);
  await expect(client.query("SELECT pg_read_file('/etc/passwd')")).rejects.toThrow(/permission denied/);
  await expect(client.query("COPY (SELECT 1) TO PROGRAM 'true'")).rejects.toThrow(/permission denied/);
});

test("parameters of the group hold, and others take effect without a restart", async () => {
  const client = await connect("orders");
  const show = async () =>
    (await client.query<{ log_min_duration_statement: string }>("SHOW log_min_duration_statement")).rows[0]
      ?.log_min_duration_statement;
  expect(await show()).toBe("1500ms");
  const parameters = applied([
    { name: "log_min_duration_statement", value: "700" },
    { name: "shared_buffers", value: "{DBInstanceClassMemory/32768}" },
  ]);
  expect(parameters.ignored).toEqual(["shared_buffers"]);
  await databases.setParameters("orders", parameters);
  await eventually(show).toBe("700ms");
});

test("a snapshot under writes holds exactly the transactions of one moment, and starts a second server", async () => {
  const writer = await connect("orders");
  await writer.query(
    "CREATE TABLE account(id int PRIMARY KEY, amount bigint); INSERT INTO account SELECT g, 1000 FROM generate_series(1, 2000) g",
  );
  await writer.query("CREATE TABLE journal(number bigint PRIMARY KEY, moved int)");
  let written = 0;
  let writing = true;
  const work = (async () => {
    while (writing) {
      const moved = written % 100;
      await writer.query(`BEGIN; UPDATE account SET amount = amount - ${moved} WHERE id = ${1 + (written % 1000)};
        UPDATE account SET amount = amount + ${moved} WHERE id = ${1001 + (written % 1000)};
        INSERT INTO journal VALUES (${written}, ${moved}); COMMIT`);
      written++;
    }
  })();
  await eventually(() => written).toBeGreaterThan(50);
  const before = written;
  await databases.takeSnapshot("before-upgrade", "orders");
  const after = written;
  await databases.restore("scratch", "before-upgrade", "Another-password1", applied([]));
  writing = false;
  await work;
  const reader = await connect("scratch", { password: "Another-password1" });
  const { rows } = await reader.query<{ sum: string; entries: number; last: number }>(
    "SELECT (SELECT sum(amount) FROM account) AS sum, count(*)::int AS entries, max(number)::int AS last FROM journal",
  );
  const [found] = rows;
  expect(found?.sum).toBe("2000000");
  // Without a gap, and from between the beginning and the end of the snapshot.
  expect(found?.entries).toBe((found?.last ?? 0) + 1);
  expect(found?.entries).toBeGreaterThanOrEqual(before);
  expect(found?.entries).toBeLessThanOrEqual(after + 1);
  const original = await connect("orders");
  expect((await original.query("SELECT count(*)::int AS entries FROM journal")).rows).toEqual([
    { entries: written },
  ]);
});

test("a password change counts at once, and none lies readable in the folder", async () => {
  await databases.setPassword("orders", "Third-password1");
  await expect(connect("orders")).rejects.toThrow(/password/);
  await connect("orders", { password: "Third-password1" });
  await databases.setPassword("orders", ADMINISTRATOR.password);
  const record = readFileSync(path.join(folder.directory, "key"), "utf8");
  expect(record).not.toContain(ADMINISTRATOR.password);
});

test("shut out, read-only and slowed down end when they are told to", async () => {
  await databases.setClosed("orders", true);
  await expect(connect("orders")).rejects.toThrow();
  await databases.setClosed("orders", false);
  await databases.setReadOnly("orders", true);
  const client = await connect("orders");
  await eventually(() =>
    client.query("CREATE TABLE full_disk()").then(
      () => "written",
      (problem: Error) => problem.message,
    ),
  ).toMatch(/read-only/);
  await databases.setReadOnly("orders", false);
  await eventually(() =>
    client.query("CREATE TABLE IF NOT EXISTS full_disk()").then(
      () => "written",
      (problem: Error) => problem.message,
    ),
  ).toBe("written");
  const carryOn = databases.slowDown("orders", 0.5);
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  carryOn();
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
});

test("a crashed server comes back by itself, and a restarted cloud brings servers back at their addresses", async () => {
  const { port } = databases.server("orders");
  await databases.crash("orders");
  await eventually(() =>
    connect("orders").then(
      () => "connected",
      () => "refused",
    ),
  ).toBe("connected");
  await Promise.all(clients.map((client) => client.end().catch(() => {})));
  await databases.setStopped("scratch", true);
  await databases.stopAll();
  databases = open();
  await databases.restoreAll();
  expect(databases.server("orders").port).toBe(port);
  expect((await (await connect("orders")).query("SELECT count(*) > 50 AS kept FROM journal")).rows).toEqual([
    { kept: true },
  ]);
  expect(() => databases.server("scratch")).toThrow(/InvalidDBInstanceState/);
});

test("what does not exist or exists already is refused by the name AWS gives it", async () => {
  await expect(databases.create("orders", ADMINISTRATOR, undefined, applied([]))).rejects.toThrow(
    /DBInstanceAlreadyExists/,
  );
  await expect(databases.takeSnapshot("x", "nowhere")).rejects.toThrow(/DBInstanceNotFound/);
  await expect(databases.takeSnapshot("before-upgrade", "orders")).rejects.toThrow(/DBSnapshotAlreadyExists/);
  await expect(databases.restore("y", "nowhere", undefined, applied([]))).rejects.toThrow(
    /DBSnapshotNotFound/,
  );
});

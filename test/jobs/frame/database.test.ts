import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { type Database, openDatabase } from "../../../jobs/frame/database";
import { isTransient, retryTransient } from "../../../jobs/frame/retry";

let server: PostgresServer;
let database: Database;
beforeAll(async () => {
  server = await temporaryPostgres();
  database = openDatabase(server.url(), { name: "test" });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe("the database of a Job", () => {
  test("a session whose connection was cut is replaced and the statement repeated", async () => {
    const pid = async (): Promise<number | undefined> =>
      (await database.query<{ pid: number }>("SELECT pg_backend_pid() AS pid"))[0]?.pid;
    const before = await pid();
    await database.withConnection((client) => client.query("SELECT pg_terminate_backend($1)", [before]));
    expect(await pid()).not.toBe(before);
  });

  test("a transaction that was cut is run again as a whole, once", async () => {
    await database.query("CREATE TABLE tries (n int)");
    let tries = 0;
    await database.transaction(async (client) => {
      tries += 1;
      await client.query("INSERT INTO tries VALUES ($1)", [tries]);
      if (tries === 1) await client.query("SELECT pg_terminate_backend(pg_backend_pid())");
    });
    expect(await database.query("SELECT n FROM tries")).toEqual([{ n: 2 }]);
  });

  test("a lock that is not given up in time is a transient error, a mistake in SQL is not", async () => {
    await database.query("CREATE TABLE locked ()");
    const holder = await database.connect();
    await holder.query("BEGIN; LOCK TABLE locked");
    const waiting = database.withConnection((client) => client.query("BEGIN; LOCK TABLE locked"), {
      lockTimeout: 50,
    });
    await expect(waiting.catch(isTransient)).resolves.toBe(true);
    await holder.end();
    await expect(database.query("SELECT nonsense").catch(isTransient)).resolves.toBe(false);
  });

  test("a statement that takes too long is ended", async () => {
    const slow = database.withConnection((client) => client.query("SELECT pg_sleep(60)"), {
      statementTimeout: 50,
    });
    await expect(slow).rejects.toThrow(/statement timeout/);
  });

  test("cutting all connections ends what they were doing at once", async () => {
    const other = openDatabase(server.url(), { name: "cut" });
    const sleeping = other.withConnection((client) => client.query("SELECT pg_sleep(60)"), {
      statementTimeout: 0,
    });
    const ended = expect(sleeping).rejects.toThrow();
    for (;;) {
      const rows = await database.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'cut' AND query LIKE '%sleep%'",
      );
      if (rows.length > 0) break;
    }
    await other.close("now");
    await ended;
  });
});

describe("repeating", () => {
  test("stops after the given tries, and at once for an error that will stay", async () => {
    let tries = 0;
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const count = (problem: Error) => async () => {
      tries += 1;
      throw problem;
    };
    await expect(retryTransient(count(refused), { tries: 3, first: 1 })).rejects.toThrow("refused");
    expect(tries).toBe(3);
    await expect(retryTransient(count(new Error("stays")), { tries: 3, first: 1 })).rejects.toThrow("stays");
    expect(tries).toBe(4);
  });
});

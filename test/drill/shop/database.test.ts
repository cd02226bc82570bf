import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import {
  type Database,
  isConnectionProblem,
  openDatabase,
  type Statement,
} from "../../../drill/shop/common/database";
import { startServer } from "./shop-fixture";

const statement = (name: string, text: string): Statement => ({ name, text });
const UPDATE = statement("update", "UPDATE pair SET n = n + 1 WHERE id = $1");

describe("the database", () => {
  let server: PostgresServer;
  let database: Database;
  const log = pino({ level: "silent" });
  beforeAll(async () => {
    server = await startServer();
    database = openDatabase(
      { url: server.url(), schema: "public", connections: 4, application: "test" },
      log,
    );
    await database.rows(
      statement("create", "CREATE TABLE pair (id integer PRIMARY KEY, n integer, big bigint DEFAULT 7)"),
    );
    await database.rows(statement("fill", "INSERT INTO pair SELECT i, 0 FROM generate_series(1, 2) AS i"));
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  it("runs a transaction again that met a deadlock", async () => {
    let runs = 0;
    let arrived = 0;
    let bothThere = (): void => {};
    const both = new Promise<void>((done) => {
      bothThere = done;
    });
    const crosswise = (first: number, second: number): Promise<void> =>
      database.transaction(async (connection) => {
        runs++;
        await connection.rows(UPDATE, [first]);
        if (++arrived === 2) bothThere();
        await both;
        await connection.rows(UPDATE, [second]);
      });
    await Promise.all([crosswise(1, 2), crosswise(2, 1)]);
    // The one that runs again may meet the other once more before that has ended.
    expect(runs).toBeGreaterThanOrEqual(3);
    const read = statement("read", "SELECT n, big FROM pair ORDER BY id");
    expect(await database.rows(read)).toEqual([
      { n: 2, big: 7 },
      { n: 2, big: 7 },
    ]);
  });

  it("rolls back what a transaction did before it failed, and says why", async () => {
    const failing = database.transaction(async (connection) => {
      await connection.rows(UPDATE, [1]);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const read = statement("read-one", "SELECT n FROM pair WHERE id = 1");
    expect(await database.rows(read)).toEqual([{ n: 2 }]);
  });

  it("tells a lost connection from a refusal, and goes on when the server is back", async () => {
    const end = statement("end-me", "SELECT pg_terminate_backend(pg_backend_pid())");
    const lost = await database.rows(end).catch((problem: unknown) => problem);
    expect(isConnectionProblem(lost)).toBe(true);
    const wrong = await database
      .rows(statement("wrong", "SELECT 1 / 0"))
      .catch((problem: unknown) => problem);
    expect(isConnectionProblem(wrong)).toBe(false);
    expect(await database.rows(statement("again", "SELECT 1 AS one"))).toEqual([{ one: 1 }]);
  });
});

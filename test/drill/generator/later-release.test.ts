import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { takeCensus } from "../../../drill/load/audit";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { generateFor } from "../../../drill/shop/generator/later-release";

let server: PostgresServer;
let client: pg.Client;
beforeAll(async () => {
  server = await temporaryPostgres();
  client = new pg.Client(server.url());
  await client.connect();
  await client.query(readFileSync("releases/4.0.0/schema.sql", "utf8"));
  // A worker that runs already keeps a row there.
  await client.query("INSERT INTO shop_v4.work (worker, kind, subject) VALUES ('orders', 'expiry', 'run')");
});
afterAll(async () => {
  await client?.end();
  await server?.stop("immediate");
});

it("fills the model of a later release with an upgraded shop, numbers after it, and no trace of the upgrade", async () => {
  const options = { databaseUrl: server.url(), orders: 2000, seed: 3 };
  const made = await generateFor("4.0.0", "releases", options);
  const { rows } = await client.query(
    `SELECT (SELECT count(*)::int FROM shop_v4.customer_aliases) AS merged,
            (SELECT count(*)::int FROM shop_v4.orders WHERE originals IS NOT NULL) AS cleaned,
            (SELECT count(*)::int FROM shop_v4.work WHERE kind = 'expiry') AS waiting,
            (SELECT count(*)::int FROM shop_v4.work WHERE kind = 'ship') AS unsent,
            (SELECT count(*)::int FROM shop_v4.customers WHERE email = ANY ($1)) AS logins`,
    [made.customers],
  );
  expect(rows[0]).toMatchObject({ waiting: 1, unsent: made.rows.work, logins: made.customers.length });
  expect(rows[0].merged).toBeGreaterThan(0);
  expect(rows[0].cleaned).toBeGreaterThan(0);
  const census = await takeCensus(server.url());
  expect(census.orders).toBeGreaterThan(1900);
  expect(census.orders).toBeLessThanOrEqual(2000);
  const next = await client.query("SELECT nextval('shop_v4.order_id')::int AS id");
  expect(next.rows[0].id).toBeGreaterThan(census.newest.orders);
  const left = await client.query(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname IN ('shop_v3', 'order_upgrade')
     UNION ALL SELECT datname FROM pg_database WHERE datname LIKE 'order_upgrade%'`,
  );
  expect(left.rows).toEqual([]);
  await expect(generateFor("4.0.0", "releases", options)).rejects.toThrow(
    /The shop is not empty: shop_v4\.customer_addresses, .*nothing was changed/s,
  );
});

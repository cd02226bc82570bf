import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contractModel } from "../../../jobs/contract/contract";
import type { RunResult } from "../../../jobs/migrate/run";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, RELEASES, type Shop, subjectOf } from "./support/shop";

let first: Shop;
let shop: Shop;
let run: RunResult;

beforeAll(async () => {
  first = await emptyShop();
  await fillOldModel(first.client, { customers: 120, products: 20, orders: 400, dirt: 9 });
  const migrated = await finished(first);
  const client = await first.database.connect();
  await contractModel(client, { opened: migrated.opened, patience: { lockTimeout: 500 }, say: () => {} });
  await client.end();
  await first.client.query(readFileSync(path.join(RELEASES, "4.1.0", "schema.sql"), "utf8"));
  shop = { ...first, subject: subjectOf("4.0.0", "4.1.0") };
  run = await finished(shop);
});
afterAll(() => first?.stop());

it("the same engine takes 4.0.0 to 4.1.0, by declarations alone", async () => {
  expect(run.comparison.sources.filter(({ state }) => state !== "equal")).toEqual([]);
  expect(run.comparison.sources.reduce((sum, one) => sum + one.quarantined, 0)).toBe(0);
  expect(await audit(shop.database, run.opened.model)).toEqual([]);
});

it("keeps tables whose rows share a key in step, both ways", async () => {
  const { client } = shop;
  await client.query(
    `WITH o AS (INSERT INTO shop_v4.orders (number, total_minor, status, shipped_at) VALUES ('P1', 1, 'shipped', now()) RETURNING id)
     INSERT INTO shop_v4.order_lines (order_id, position, sku, name, quantity, price_minor) SELECT id, p, 'A-' || p, 'x', 1, 1 FROM o, generate_series(1, 3) p`,
  );
  await client.query(
    "DELETE FROM shop_v4.order_lines WHERE position = 3 AND order_id = (SELECT id FROM shop_v4.orders WHERE number = 'P1')",
  );
  await client.query(
    "UPDATE shop_v5.order_lines SET quantity = 7 WHERE position = 2 AND order_id = (SELECT id FROM shop_v5.orders WHERE number = 'P1')",
  );
  await client.query(
    "DELETE FROM shop_v5.order_lines WHERE position = 1 AND order_id = (SELECT id FROM shop_v5.orders WHERE number = 'P1')",
  );
  await client.query(
    "UPDATE shop_v5.deliveries SET delivered_at = '2026-01-01T00:00:00Z' WHERE order_id = (SELECT id FROM shop_v5.orders WHERE number = 'P1')",
  );
  await client.query("UPDATE shop_v5.customers SET email_domain = 'other.example' WHERE id = 2");
  const lines = await client.query(
    "SELECT position, quantity FROM shop_v4.order_lines JOIN shop_v4.orders ON id = order_id WHERE number = 'P1'",
  );
  expect(lines.rows).toEqual([{ position: 2, quantity: 7 }]);
  const order = await client.query(
    "SELECT delivered_at = '2026-01-01T00:00:00Z' AS same FROM shop_v4.orders WHERE number = 'P1'",
  );
  expect(order.rows).toEqual([{ same: true }]);
  const customer = await client.query("SELECT email FROM shop_v4.customers WHERE id = 2");
  expect(customer.rows).toEqual([{ email: "c2@other.example" }]);
  expect(await audit(shop.database, run.opened.model)).toEqual([]);
});

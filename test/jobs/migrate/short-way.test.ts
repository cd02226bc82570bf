import pg from "pg";
import { expect, it } from "vitest";
import { temporaryPostgres } from "../../../drill/postgres/server";
import { finished } from "./support/run";
import { emptyShop, fillOldModel } from "./support/shop";

const ORDER = `INSERT INTO shop_v3.orders (number, customer_id, lines, total, discount, currency, status, created)
  VALUES ('S-1', (SELECT min(id) FROM shop_v3.customers), '[{"sku":"A-1","name":"Lamp","qty":2,"price":"19.90"}]', 39.8, 0, 'EUR', 'placed', localtimestamp)`;

/** What customers do, by the table whose rows it takes forward. */
const WRITES: readonly (readonly [string, string, string])[] = [
  ["an order placed", "orders", ORDER],
  [
    "an order paid",
    "orders",
    "UPDATE shop_v3.orders SET status = 'paid', paid = localtimestamp, payment_method = 'card' WHERE number = 'S-1'",
  ],
  [
    "its lines changed",
    "orders",
    `UPDATE shop_v3.orders SET lines = '[{"sku":"A-2","name":"Chair","qty":1,"price":"39.80"}]' WHERE number = 'S-1'`,
  ],
  [
    "stock of two articles taken",
    "products",
    "UPDATE shop_v3.products SET stock = stock - 1 WHERE sku IN ('A-1', 'A-2')",
  ],
  [
    "work for a worker",
    "work",
    "INSERT INTO shop_v3.work (worker, kind, subject, due_at) VALUES ('w', 'k', 'S-1', now())",
  ],
];

it("what customers do row by row takes the short way, which never asks the function that knows all cases", async () => {
  const server = await temporaryPostgres({ settings: { track_functions: "pl" } });
  const shop = await emptyShop("short", server);
  const customer = new pg.Client(shop.url);
  try {
    await fillOldModel(shop.client, { customers: 20, products: 10, orders: 40, dirt: 0 });
    await finished(shop);
    await customer.connect();
    const calls = async (name: string): Promise<number> => {
      await customer.query("SELECT pg_stat_force_next_flush()");
      const { rows } = await shop.client.query<{ calls: number }>(
        "SELECT COALESCE(sum(calls), 0)::int AS calls FROM pg_stat_user_functions WHERE schemaname = 'order_upgrade' AND funcname = $1",
        [name],
      );
      return rows[0]?.calls ?? Number.NaN;
    };
    const long: string[] = [];
    for (const [what, table, sql] of WRITES) {
      const before = await calls(`forward_${table}`);
      await customer.query(sql);
      if ((await calls(`forward_${table}`)) !== before) long.push(what);
    }
    expect(long).toEqual([]);
    // The count would tell: a customer's row, of which another may have a say, takes the long way.
    const before = await calls("forward_customers");
    await customer.query("INSERT INTO shop_v3.customers (email, name) VALUES ('s@shop.example', 'S')");
    expect(await calls("forward_customers")).toBe(before + 1);
  } finally {
    await customer.end();
    await shop.stop();
    await server.stop("immediate");
  }
});

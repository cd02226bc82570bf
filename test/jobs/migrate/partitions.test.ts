import { expect, it } from "vitest";
import { contractModel } from "../../../jobs/contract/contract";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop, fillOldModel } from "./support/shop";

it("partitioned tables are taken like others, on either side", async () => {
  const shop = await emptyShop();
  try {
    await shop.client.query(`
      DROP INDEX shop_v3.orders_number, shop_v3.orders_idempotency_key;
      ALTER TABLE shop_v3.orders RENAME TO whole;
      CREATE TABLE shop_v3.orders (LIKE shop_v3.whole INCLUDING ALL) PARTITION BY RANGE (id);
      CREATE TABLE shop_v3.orders_first PARTITION OF shop_v3.orders FOR VALUES FROM (MINVALUE) TO (30);
      CREATE TABLE shop_v3.orders_later PARTITION OF shop_v3.orders FOR VALUES FROM (30) TO (MAXVALUE);
      DROP TABLE shop_v3.whole;
      ALTER TABLE shop_v4.order_lines RENAME TO whole;
      CREATE TABLE shop_v4.order_lines (LIKE shop_v4.whole INCLUDING ALL) PARTITION BY HASH (order_id);
      CREATE TABLE shop_v4.order_lines_even PARTITION OF shop_v4.order_lines FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE shop_v4.order_lines_odd PARTITION OF shop_v4.order_lines FOR VALUES WITH (MODULUS 2, REMAINDER 1);
      DROP TABLE shop_v4.whole;
      ALTER TABLE shop_v4.order_lines ADD FOREIGN KEY (order_id) REFERENCES shop_v4.orders;
      CREATE INDEX ON shop_v4.order_lines (sku)`);
    await fillOldModel(shop.client, { customers: 20, products: 10, orders: 60, dirt: 0 });
    const run = await finished(shop);
    expect(run.comparison.equal).toBe(true);
    await shop.client.query("UPDATE shop_v3.orders SET note = 'old' WHERE id IN (1, 50)");
    await shop.client.query("UPDATE shop_v3.orders SET status = 'shipped' WHERE id BETWEEN 5 AND 45");
    await shop.client.query("UPDATE shop_v4.order_lines SET name = 'Renamed' WHERE order_id IN (2, 3, 40)");
    expect(await audit(shop.database, run.opened.model)).toEqual([]);
    const { rows } = await shop.client.query(
      "SELECT count(*)::int AS valid FROM pg_index WHERE indrelid = 'shop_v4.order_lines'::regclass AND indisvalid",
    );
    expect(rows).toEqual([{ valid: 2 }]);
    const client = await shop.database.connect();
    await contractModel(client, { opened: run.opened, patience: { lockTimeout: 500 }, say: () => {} });
    await client.end();
  } finally {
    await shop.stop();
  }
});

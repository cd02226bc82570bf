import { expect, it } from "vitest";
import { finished } from "./support/run";
import { emptyShop } from "./support/shop";

it("what a repair brings to light in another source is found by the second comparison", async () => {
  const shop = await emptyShop();
  try {
    await shop.client.query(
      `INSERT INTO shop_v3.customers (id, email, name) VALUES (1, 'a@shop.example', 'A');
       INSERT INTO shop_v3.orders (id, number, customer_id, lines, total, currency, status) VALUES (1, 'N1', 1, '[]', 0, 'EUR', 'placed')`,
    );
    await finished(shop);
    // The order is as it has to be as long as its customer is missing.
    await shop.client.query(
      `SET order_upgrade.applying = 'on';
       UPDATE shop_v4.orders SET customer_id = NULL, originals = COALESCE(originals, '{}') || '{"customer_id": "1"}' WHERE id = 1;
       DELETE FROM shop_v4.customers WHERE id = 1;
       RESET order_upgrade.applying`,
    );
    const { found, comparison } = await finished(shop);
    expect(found).toMatchObject([{ relation: "customers", kind: "missing" }]);
    expect(comparison.differences).toMatchObject([{ relation: "orders", kind: "different" }]);
    expect(comparison.equal).toBe(false);
  } finally {
    await shop.stop();
  }
});

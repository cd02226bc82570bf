import { expect, it } from "vitest";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop } from "./support/shop";

it("a row that the new release brings out of the quarantine refers to what came while it was set aside", async () => {
  const shop = await emptyShop();
  try {
    await shop.client.query(
      `INSERT INTO shop_v3.customers (id, email, name) VALUES (1, 'a@shop.example', 'A');
       INSERT INTO shop_v3.orders (id, number, customer_id, lines, total, currency, status) VALUES (1, 'N1', 1, '[]', 0, 'EUR', 'versendet')`,
    );
    const { opened } = await finished(shop);
    // As the triggers write an order whose customer is not loaded yet.
    await shop.client.query(
      `SET order_upgrade.applying = 'on';
       UPDATE shop_v4.orders SET customer_id = NULL, originals = originals || '{"customer_id": "1"}' WHERE id = 1;
       RESET order_upgrade.applying`,
    );
    await shop.client.query("UPDATE shop_v3.orders SET status = '?' WHERE id = 1");
    const aside = await shop.client.query("SELECT rule FROM order_upgrade.quarantine");
    expect(aside.rows).toEqual([{ rule: "status-unknown" }]);
    await shop.client.query(
      "INSERT INTO shop_v4.payments (order_id, method, state) VALUES (1, 'card', 'captured')",
    );
    const { rows } = await shop.client.query(
      "SELECT o.status, n.customer_id::int AS customer FROM shop_v3.orders o JOIN shop_v4.orders n USING (id)",
    );
    expect(rows).toEqual([{ status: "versendet", customer: 1 }]);
    expect(await audit(shop.database, opened.model)).toEqual([]);
  } finally {
    await shop.stop();
  }
});

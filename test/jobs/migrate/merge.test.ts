import { expect, it } from "vitest";
import { loadStatement } from "../../../jobs/migrate/sql/load";
import { PLANS } from "../../../jobs/migrate/sql/names";
import { boundsOf, EVERYTHING } from "../../../jobs/migrate/sql/range";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop } from "./support/shop";

it("loading merges no row into one that was merged itself and has another value by now", async () => {
  const shop = await emptyShop();
  try {
    await shop.client.query(
      "INSERT INTO shop_v3.customers (id, email, name) VALUES (1, 'a@shop.example', 'A'), (2, 'A@shop.example', 'A again')",
    );
    const { opened } = await finished(shop);
    await shop.client.query("UPDATE shop_v3.customers SET email = 'b@shop.example' WHERE id = 2");
    // A row the triggers did not see, as those are that wait for their chunk.
    await shop.client.query(
      `SET order_upgrade.applying = 'on';
       INSERT INTO shop_v3.customers (id, email, name) VALUES (3, 'b@shop.example', 'B'), (4, 'B@shop.example', 'B again')`,
    );
    const source = opened.model.sources.find(({ table }) => table === "customers");
    if (source === undefined) throw new Error("there is no source customers");
    await shop.client.query(loadStatement(source, EVERYTHING), boundsOf(EVERYTHING));
    await shop.client.query("RESET order_upgrade.applying");
    const kept = await shop.client.query("SELECT id::int, email FROM shop_v4.customers ORDER BY id");
    expect(kept.rows).toEqual([
      { id: 1, email: "a@shop.example" },
      { id: 3, email: "b@shop.example" },
    ]);
    const merged = await shop.client.query(
      "SELECT id::int, customer_id::int AS survivor FROM shop_v4.customer_aliases ORDER BY id",
    );
    expect(merged.rows).toEqual([
      { id: 2, survivor: 1 },
      { id: 4, survivor: 3 },
    ]);
    expect(await audit(shop.database, opened.model)).toEqual([]);
  } finally {
    await shop.stop();
  }
});

it("loading leaves set aside what the triggers could not write over a row they wrote before", async () => {
  const shop = await emptyShop();
  try {
    await shop.client.query(
      "INSERT INTO shop_v3.customers (id, email, name) VALUES (1, 'a@shop.example', 'A'), (2, 'b@shop.example', 'B')",
    );
    const { opened } = await finished(shop);
    await shop.client.query("UPDATE shop_v3.customers SET email = 'a@shop.example' WHERE id = 2");
    const source = opened.model.sources.find(({ table }) => table === "customers");
    if (source === undefined) throw new Error("there is no source customers");
    await shop.client.query(loadStatement(source, EVERYTHING), boundsOf(EVERYTHING));
    const aside = await shop.client.query("SELECT key, rule FROM order_upgrade.quarantine");
    expect(aside.rows).toEqual([{ key: "2", rule: "error-23505" }]);
    expect(await audit(shop.database, opened.model)).toEqual([]);
  } finally {
    await shop.stop();
  }
});

it("looks up the rows it merges into one by one, in a table of any size", async () => {
  const shop = await emptyShop();
  try {
    await shop.client.query(
      "INSERT INTO shop_v3.customers (id, email, name) SELECT n, 'c' || n || '@shop.example', 'C' FROM generate_series(1, 5000) n",
    );
    const { opened } = await finished(shop);
    await shop.client.query("ANALYZE");
    const source = opened.model.sources.find(({ table }) => table === "customers");
    if (source === undefined) throw new Error("there is no source customers");
    for (const range of [EVERYTHING, { first: "1", beyond: "5001" }]) {
      await shop.client.query("BEGIN");
      await shop.client.query(PLANS);
      const { rows } = await shop.client.query<{ "QUERY PLAN": string }>(
        `EXPLAIN (VERBOSE, GENERIC_PLAN) ${loadStatement(source, range)}`,
      );
      await shop.client.query("ROLLBACK");
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(plan).toContain("customers_email_key");
      expect(plan).not.toContain("hashed SubPlan");
    }
  } finally {
    await shop.stop();
  }
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../../jobs/migrate/run";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, type Shop } from "./support/shop";

let shop: Shop;
let run: RunResult;

beforeAll(async () => {
  shop = await emptyShop();
  await fillOldModel(shop.client, { customers: 20, products: 10, orders: 40, dirt: 0 });
  run = await finished(shop);
});
afterAll(() => shop.stop());

const one = async (sql: string): Promise<Record<string, unknown> | undefined> =>
  (await shop.client.query<Record<string, unknown>>(sql)).rows[0];

/** Writes past the synchronisation. */
const past = async (sql: string): Promise<void> => {
  await shop.client.query(`SET order_upgrade.applying = 'on'; ${sql}; RESET order_upgrade.applying`);
};

const place = (number: string, more: Record<string, string> = {}): Promise<unknown> => {
  const values = {
    number: `'${number}'`,
    customer_id: "(SELECT min(id) FROM shop_v3.customers)",
    lines: `'[{"sku":"A-1","name":"Lamp","qty":2,"price":"19.90"}]'`,
    total: "39.8",
    discount: "0",
    currency: "'EUR'",
    status: "'placed'",
    created: "localtimestamp",
    ...more,
  };
  return shop.client.query(
    `INSERT INTO shop_v3.orders (${Object.keys(values).join(", ")}) VALUES (${Object.values(values).join(", ")})`,
  );
};

const change = (number: string, sets: string): Promise<unknown> =>
  shop.client.query(`UPDATE shop_v3.orders SET ${sets} WHERE number = '${number}'`);

const order = (number: string): Promise<Record<string, unknown> | undefined> =>
  one(`SELECT status, note, customer_id, currency, originals FROM shop_v4.orders WHERE number = '${number}'`);

describe("a change of a row in step", () => {
  it("writes the columns it concerns and leaves the others of the row", async () => {
    await place("N-1");
    await past("UPDATE shop_v4.orders SET note = 'drifted', currency = 'USD' WHERE number = 'N-1'");
    await change("N-1", "status = 'shipped'");
    expect(await order("N-1")).toMatchObject({ status: "shipped", currency: "USD" });
    await change("N-1", "currency = 'CHF', note = 'seen'");
    expect(await order("N-1")).toMatchObject({ currency: "CHF", note: "seen" });
  });

  it("remembers and forgets originals of the columns it concerns, and keeps those of the others", async () => {
    await place("N-2", { currency: "'€'", promotion: "'gone'", status: "'bezahlt'" });
    expect(await order("N-2")).toMatchObject({
      status: "paid",
      originals: { currency: "€", promotion: "gone", status: "bezahlt" },
    });
    await change("N-2", "status = 'shipped'");
    expect(await order("N-2")).toMatchObject({
      status: "shipped",
      originals: { currency: "€", promotion: "gone" },
    });
    await change("N-2", "status = 'Versendet', currency = NULL");
    expect((await order("N-2"))?.originals).toEqual({
      currency: null,
      promotion: "gone",
      status: "Versendet",
    });
    await change("N-2", "status = 'shipped', currency = 'EUR', promotion = NULL");
    expect((await order("N-2"))?.originals).toBeNull();
    await change("N-2", "lines = lines || ' '");
    expect(Object.keys((await order("N-2"))?.originals ?? {})).toEqual(["lines"]);
  });

  it("looks values up where it changes what they are looked up by", async () => {
    await place("N-3");
    const last = (await one("SELECT max(id)::text AS id FROM shop_v4.customers"))?.id;
    await change("N-3", `customer_id = ${last}`);
    expect(await order("N-3")).toMatchObject({ customer_id: last, originals: null });
    await change("N-3", "customer_id = 999999");
    expect(await order("N-3")).toMatchObject({ customer_id: null, originals: { customer_id: "999999" } });
  });

  it("brings back a row of another target that is missing", async () => {
    await past("DELETE FROM shop_v4.stock WHERE sku = 'A-1'");
    await shop.client.query("UPDATE shop_v3.products SET stock = 7 WHERE sku = 'A-1'");
    expect(await one("SELECT available FROM shop_v4.stock WHERE sku = 'A-1'")).toEqual({ available: 7 });
  });

  it("is judged by the rules it concerns, into the quarantine and out of it", async () => {
    await place("N-4");
    const reasons = async () =>
      (await one("SELECT array_agg(rule) AS rules FROM order_upgrade.quarantine WHERE source = 'orders'"))
        ?.rules;
    await change("N-4", "status = 'whatever'");
    expect(await reasons()).toEqual(["status-unknown"]);
    await change("N-4", `lines = '[{"sku":"none","name":"","qty":1,"price":"1"}]', status = 'paid'`);
    expect(await reasons()).toEqual(["article-unknown"]);
    await change("N-4", `lines = '[{"sku":"A-1","name":"","qty":1,"price":"1"}]'`);
    expect(await reasons()).toBeNull();
    expect(await order("N-4")).toMatchObject({ status: "paid" });
  });

  it("of many columns in many steps leaves both models equal", async () => {
    for (const sets of [
      "status = 'paid', payment_method = 'card', payment_state = 'authorised', paid = localtimestamp",
      "payment_state = 'captured', total = 40.005, discount = NULL",
      "status = 'cancelled', closed = localtimestamp, payment_method = NULL, payment_state = NULL",
      "status = 'returned', shipped = '2026-03-29 02:30', note = 'late'",
      "number = 'N-9', created = created - interval '1 day', ship_to = 'there'",
    ]) {
      await change("N-3", sets);
      expect(await audit(shop.database, run.opened.model)).toEqual([]);
    }
  });
});

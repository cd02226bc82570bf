import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../jobs/frame/database";
import { Pacer } from "../../../jobs/migrate/pace/pacer";
import { limitsOf, readSettings } from "../../../jobs/migrate/settings";
import { compare } from "../../../jobs/reconcile/compare";
import { OLD_WRITES, startWriters } from "./support/live";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, type Shop } from "./support/shop";

const LIMITS = limitsOf(readSettings({ chunkRows: 5000 }));

let shop: Shop;
beforeAll(async () => {
  shop = await emptyShop();
  await fillOldModel(shop.client, { customers: 200, products: 40, orders: 3000, dirt: 20 });
});
afterAll(() => shop?.stop());

/** A session that asks something all the time, as a customer's does. */
async function atWork<T>(name: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: shop.url, application_name: name });
  await client.connect();
  let over = false;
  const asking = (async () => {
    while (!over) {
      await client.query("SELECT");
      await sleep(20);
    }
  })();
  try {
    return await work();
  } finally {
    over = true;
    await asking;
    await client.end();
  }
}

describe("the pacer", () => {
  const begun = async (options = ""): Promise<Pacer["pace"]> => {
    const database = openDatabase(`${shop.url}${options}`, { name: "step" });
    const pacer = new Pacer({ database, limits: LIMITS, interval: 100, keep: false });
    try {
      await pacer.begin();
      return pacer.pace;
    } finally {
      await pacer.end();
      await database.close("now");
    }
  };

  it("begins at full pace where nobody else is at work, whatever the step itself does", async () => {
    await sleep(1100);
    expect(await atWork("step", () => begun())).toEqual({ chunkRows: 5000, pause: 0, parallel: 1 });
  });

  it("begins gently where somebody is", async () => {
    expect(await atWork("shop", () => begun())).toEqual({ chunkRows: 30, pause: 10, parallel: 1 });
  });

  it("begins gently as well where it cannot write, and so cannot tell what customers notice", async () => {
    const readOnly = "?options=-c%20default_transaction_read_only%3Don";
    expect(await atWork("shop", () => begun(readOnly))).toEqual({ chunkRows: 30, pause: 10, parallel: 1 });
  });
});

describe("a comparison beside customers", () => {
  it("goes in small ranges, finds what it finds at full pace, and keeps no decision", async () => {
    const { opened } = await finished(shop);
    await shop.client.query("SET order_upgrade.applying = 'on'");
    await shop.client.query("UPDATE shop_v4.orders SET note = 'other' WHERE id = 1500");
    await shop.client.query("RESET order_upgrade.applying");
    const look = (more: object) =>
      compare({ database: shop.database, model: opened.model, parallel: 2, only: ["orders"], ...more });
    const decisions = async (): Promise<number> =>
      (await shop.client.query("SELECT FROM order_upgrade.decision")).rowCount ?? 0;

    const before = await decisions();
    const writers = startWriters(shop.url, 7, [OLD_WRITES], 5);
    const paced = await look({ limits: LIMITS });
    await writers.stop();
    const full = await look({});

    expect(paced.sources[0]?.chunks).toBeGreaterThan(2 * (full.sources[0]?.chunks ?? 0));
    expect(paced.sources[0]?.addsUp).toBe(true);
    expect(paced.differences).toEqual(full.differences);
    expect(full.differences.map(({ owner }) => owner)).toEqual(["1500"]);
    expect(await decisions()).toBe(before);
  });
});

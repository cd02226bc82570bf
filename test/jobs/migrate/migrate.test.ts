import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { main } from "../../../jobs/migrate/cli/main";
import { collectFigures } from "../../../jobs/migrate/figures";
import { holdLock } from "../../../jobs/migrate/open";
import type { RunResult } from "../../../jobs/migrate/run";
import { compare } from "../../../jobs/reconcile/compare";
import { reconcilePart } from "../../../jobs/reconcile/rotate";
import { audit } from "./support/audit";
import { contentOf, finished, migrateShop } from "./support/run";
import { emptyShop, fillOldModel, RELEASES, type Shop } from "./support/shop";

let server: PostgresServer;
let shop: Shop;
let run: RunResult;
const cli = (...args: string[]) =>
  main([...args, "--database", shop.url, "--release", "4.0.0", "--releases", RELEASES]);

beforeAll(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  server = await temporaryPostgres();
  shop = await emptyShop("main_shop", server);
  await fillOldModel(shop.client, { customers: 300, products: 60, orders: 1200, dirt: 9 });
  expect(await cli("plan")).toBe(0);
  run = await finished(shop);
});
afterAll(async () => {
  await shop?.stop();
  await server?.stop("immediate");
});

const one = async <Row extends object>(sql: string): Promise<Row | undefined> =>
  (await shop.client.query<Row>(sql)).rows[0];
const quarantined = async (source: string, key: string) =>
  (
    await one<{ rule: string }>(
      `SELECT rule FROM order_upgrade.quarantine WHERE source = '${source}' AND key = '${key}'`,
    )
  )?.rule;

describe("a migration of dirty data", () => {
  it("ends with both models equal, in both directions, and every row accounted for", async () => {
    expect(run.comparison.equal).toBe(true);
    expect(run.found).toEqual([]);
    expect(run.comparison.sources.every(({ addsUp }) => addsUp)).toBe(true);
    expect(await audit(shop.database, run.opened.model)).toEqual([]);
  });

  it("says what it cleaned, set aside and merged, with reasons", async () => {
    const figures = await collectFigures(shop.client, run);
    expect(figures.rows).toBe(figures.migrated + figures.merged + figures.quarantined);
    expect(figures.merged).toBeGreaterThan(0);
    expect(figures.cleaned.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(["email-spelling", "phone-format", "stock-unusable"]),
    );
    const rules = figures.setAside.map(({ rule }) => rule);
    expect(rules).toEqual(
      expect.arrayContaining([
        "lines-unreadable",
        "article-unknown",
        "code-twice",
        "rating-unusable",
        "error-22P05",
      ]),
    );
    for (const entry of figures.setAside) expect(entry.reason.length).toBeGreaterThan(3);
  });

  it("changes nothing in the old model", async () => {
    const other = await emptyShop("untouched", server);
    try {
      await fillOldModel(other.client, { customers: 60, products: 20, orders: 100, dirt: 5 });
      const before = await contentOf(other, "shop_v3");
      await finished(other);
      expect(await contentOf(other, "shop_v3")).toEqual(before);
    } finally {
      await other.stop();
    }
  });

  it("puts every index, foreign key and option back, valid", async () => {
    const { rows } = await shop.client.query<{ name: string }>(
      `SELECT conname AS name FROM pg_constraint WHERE NOT convalidated AND connamespace = 'shop_v4'::regnamespace
       UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
       UNION ALL SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'shop_v4'::regnamespace AND reloptions IS NOT NULL
       UNION ALL SELECT name FROM order_upgrade.set_apart WHERE NOT restored`,
    );
    expect(rows).toEqual([]);
    expect(
      Number(
        (
          await one<{ count: string }>(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'shop_v4'::regnamespace",
          )
        )?.count,
      ),
    ).toBeGreaterThan(15);
  });

  it("run again finds nothing to do", async () => {
    const again = await finished(shop);
    expect(again.backfill).toMatchObject({ chunks: 0, rows: 0 });
    expect(again.comparison.equal).toBe(true);
  });
});

describe("synchronisation", () => {
  it("takes a dirty order, keeps the live write, and takes it over once it is repaired", async () => {
    const { client } = shop;
    await client.query(
      "INSERT INTO shop_v3.orders (id, number, lines, total, status) VALUES (900001, 'T1', 'broken', 1, 'placed')",
    );
    await client.query(
      "INSERT INTO shop_v3.shipments (id, order_number, carrier, status) VALUES (900001, 'T1', 'DHL', 'announced')",
    );
    expect(await quarantined("orders", "900001")).toBe("lines-unreadable");
    expect(await quarantined("shipments", "900001")).toBe("order-unknown");
    await client.query(
      `UPDATE shop_v3.orders SET lines = '[{"sku":"A-1","name":"Lamp","qty":2,"price":"0.50"}]' WHERE id = 900001`,
    );
    expect(await quarantined("orders", "900001")).toBeUndefined();
    expect(await quarantined("shipments", "900001")).toBeUndefined();
    expect(await one("SELECT order_id, carrier FROM shop_v4.shipments WHERE id = 900001")).toEqual({
      order_id: "900001",
      carrier: "DHL",
    });
  });

  it("writes an order of the new release back as the old one reads it", async () => {
    await shop.client.query(
      `WITH o AS (INSERT INTO shop_v4.orders (number, total_minor, status, placed_at) VALUES ('T2', 1990, 'placed', '2025-10-26T00:30:00Z') RETURNING id),
            l AS (INSERT INTO shop_v4.order_lines (order_id, position, sku, name, quantity, price_minor) SELECT id, 1, 'A-1', 'Lämp "x"', 1, 1990 FROM o)
       INSERT INTO shop_v4.reservations (order_id, position, sku, quantity) SELECT id, 1, 'A-1', 1 FROM o`,
    );
    expect(
      await one("SELECT lines, total::text, status, created::text FROM shop_v3.orders WHERE number = 'T2'"),
    ).toEqual({
      lines: '[{"sku":"A-1","name":"Lämp \\"x\\"","qty":1,"price":"19.90"}]',
      total: "19.90",
      status: "placed",
      created: "2025-10-26 02:30:00",
    });
    // The hour that happens twice: the instant known exactly here survives another change of the old row.
    await shop.client.query("UPDATE shop_v3.orders SET note = 'hello' WHERE number = 'T2'");
    expect(
      await one(
        "SELECT note, placed_at = '2025-10-26T00:30:00Z' AS kept FROM shop_v4.orders WHERE number = 'T2'",
      ),
    ).toEqual({ note: "hello", kept: true });
  });

  it("never gives a number twice, whichever side draws it", async () => {
    const ids: string[] = [];
    for (const schema of ["shop_v3", "shop_v4", "shop_v3", "shop_v4"]) {
      const found = await one<{ id: string }>(
        `INSERT INTO ${schema}.customers (name) VALUES ('N') RETURNING id`,
      );
      ids.push(found?.id ?? "");
    }
    expect(new Set(ids).size).toBe(4);
    expect([...ids].sort()).toEqual(ids);
  });

  it("merges a customer who registers again", async () => {
    const found = await one<{ id: string }>(
      "INSERT INTO shop_v3.customers (email, name) VALUES (' C7@SHOP.example', 'again') RETURNING id",
    );
    expect(
      await one(`SELECT customer_id, email FROM shop_v4.customer_aliases WHERE id = ${found?.id}`),
    ).toEqual({ customer_id: "7", email: " C7@SHOP.example" });
  });

  it("leaves a row alone that already says the same, so versions do not pile up", async () => {
    const version = () => one<{ xmin: string }>("SELECT xmin::text FROM shop_v4.products WHERE sku = 'A-5'");
    const before = await version();
    await shop.client.query("UPDATE shop_v3.products SET stock = COALESCE(stock, 0) + 1 WHERE sku = 'A-5'");
    expect(await version()).toEqual(before);
  });

  it("writes only the tables a change concerns, and all of them where a new row finds something in its place", async () => {
    const { client } = shop;
    const id = (await one<{ id: string }>("SELECT min(order_id) AS id FROM shop_v4.order_lines"))?.id;
    const name = () =>
      one<{ name: string }>(`SELECT name FROM shop_v4.order_lines WHERE order_id = ${id} AND position = 1`);
    const before = await name();
    await client.query("SET order_upgrade.applying = 'on'");
    await client.query(
      `UPDATE shop_v4.order_lines SET name = 'past' WHERE order_id = ${id} AND position = 1`,
    );
    await client.query(
      "INSERT INTO shop_v4.work (id, worker, kind, subject) VALUES (6000000, 'x', 'y', 'left over')",
    );
    await client.query("RESET order_upgrade.applying");
    await client.query(`UPDATE shop_v3.orders SET note = 'lines stay' WHERE id = ${id}`);
    expect(await one(`SELECT note FROM shop_v4.orders WHERE id = ${id}`)).toEqual({ note: "lines stay" });
    expect(await name()).toEqual({ name: "past" });
    await client.query(`UPDATE shop_v3.orders SET lines = lines || ' ' WHERE id = ${id}`);
    expect(await name()).toEqual(before);
    await client.query(
      "INSERT INTO shop_v3.work (id, worker, kind, subject) VALUES (6000000, 'orders', 'capture', 'new')",
    );
    expect(await one("SELECT worker, subject FROM shop_v4.work WHERE id = 6000000")).toEqual({
      worker: "orders",
      subject: "new",
    });
  });

  it("refuses TRUNCATE with the way out", async () => {
    await expect(shop.client.query("TRUNCATE shop_v3.reviews")).rejects.toThrow(
      /refused while the data models are synchronised/,
    );
  });

  it("needs no rights of an application in the other model", async () => {
    await shop.client.query(
      "CREATE ROLE app_old; GRANT USAGE ON SCHEMA shop_v3 TO app_old; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop_v3 TO app_old; GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop_v3 TO app_old",
    );
    await shop.client.query("SET ROLE app_old");
    try {
      await shop.client.query("INSERT INTO shop_v3.work (worker, kind, subject) VALUES ('a', 'b', 'role')");
      await expect(shop.client.query("SELECT 1 FROM shop_v4.work")).rejects.toThrow(/permission denied/);
    } finally {
      await shop.client.query("RESET ROLE");
    }
    expect(await one("SELECT worker FROM shop_v4.work WHERE subject = 'role'")).toEqual({ worker: "a" });
  });

  it("stayed exact through all of this", async () => {
    expect(await audit(shop.database, run.opened.model)).toEqual([]);
  });
});

describe("a difference", () => {
  const past = async (sql: string): Promise<void> => {
    await shop.client.query("SET order_upgrade.applying = 'on'");
    await shop.client.query(sql);
    await shop.client.query("RESET order_upgrade.applying");
  };

  it("of a single byte is found, named by row and column, and repaired", async () => {
    await past(
      "UPDATE shop_v4.order_lines SET name = name || '.' WHERE order_id = (SELECT min(order_id) FROM shop_v4.order_lines) AND position = 1",
    );
    expect(await cli("verify")).toBe(1);
    const found = await compare({
      database: shop.database,
      model: run.opened.model,
      parallel: 2,
      chunkRows: 100,
    });
    expect(found.differences).toHaveLength(1);
    expect(found.differences[0]).toMatchObject({
      source: "orders",
      relation: "order_lines",
      kind: "different",
    });
    expect(Object.keys(found.differences[0]?.columns ?? {})).toEqual(["name"]);
    expect(await cli("repair")).toBe(0);
    expect(await cli("verify")).toBe(0);
  });

  describe("in a sample", () => {
    const sampled = (sample: number) =>
      compare({
        database: shop.database,
        model: run.opened.model,
        parallel: 1,
        chunkRows: 100,
        sample,
        only: ["orders", "products"],
      });
    const rowsOf = async (sample: number): Promise<number[]> =>
      (await sampled(sample)).sources.map(({ rows }) => rows);

    it("is looked for in a share of the ranges, and always in the first and the last", async () => {
      const [products = 0, orders = 0] = await rowsOf(1);
      const [allProducts, few = 0] = await rowsOf(0.01);
      expect(allProducts).toBe(products);
      expect(few).toBeGreaterThan(100);
      expect(few).toBeLessThanOrEqual(200);
      const [, half = 0] = await rowsOf(0.5);
      expect(half / orders).toBeCloseTo(0.5, 1);
    });

    it("is found among the newest rows, which live writes made", async () => {
      await past("UPDATE shop_v4.orders SET note = 'other' WHERE id = (SELECT max(id) FROM shop_v4.orders)");
      expect((await sampled(0.01)).differences.map(({ relation }) => relation)).toEqual(["orders"]);
      expect(await cli("repair")).toBe(0);
    });
  });

  it("is also found when a row is missing, or one too many", async () => {
    await past("DELETE FROM shop_v4.reviews WHERE id = (SELECT min(id) FROM shop_v4.reviews)");
    await past("INSERT INTO shop_v4.work (id, worker, kind, subject) VALUES (5000000, 'x', 'y', 'extra')");
    const found = await compare({ database: shop.database, model: run.opened.model, parallel: 1 });
    expect(found.differences.map(({ relation, kind }) => `${relation} ${kind}`).sort()).toEqual([
      "reviews missing",
      "work extra",
    ]);
    expect(await cli("repair")).toBe(0);
    expect(await one("SELECT 1 FROM shop_v4.work WHERE subject = 'extra'")).toBeUndefined();
  });

  it("may be repaired from the new model, after the switch", async () => {
    await past("UPDATE shop_v4.work SET problem = 'true here' WHERE id = (SELECT min(id) FROM shop_v4.work)");
    expect(await cli("repair", "--authority", "new")).toBe(0);
    expect(await one("SELECT count(*)::int AS n FROM shop_v3.work WHERE problem = 'true here'")).toEqual({
      n: 1,
    });
  });

  it("is found by the scheduled comparison when its turn comes, and reported although it was repaired", async () => {
    await past("UPDATE shop_v4.promotions SET description = 'other' WHERE id = 1");
    let different = 0;
    for (let turn = 0; turn < 8; turn += 1) {
      const part = await reconcilePart({
        database: shop.database,
        opened: run.opened,
        parallel: 1,
        rows: 600,
        authority: "old",
        say: () => {},
      });
      different += part.differences.length;
    }
    expect(different).toBe(1);
    const { rows } = await shop.client.query(
      "SELECT source FROM order_upgrade.comparison WHERE state = 'pending'",
    );
    expect(rows).toEqual([]);
    expect(await cli("verify")).toBe(0);
  });
});

describe("a migration refuses", () => {
  it("a second copy while one is at work", async () => {
    const other = await emptyShop("second_copy", server);
    const held = await holdLock(other.database);
    await expect(migrateShop(other, { lockTries: 2 })).rejects.toThrow(/another copy is at work/);
    await held.end();
    await other.stop();
  });

  it("to go on when somebody altered a table meanwhile", async () => {
    await shop.client.query("ALTER TABLE shop_v4.reviews ADD COLUMN mood text");
    await expect(migrateShop(shop)).rejects.toThrow(/altered since the migration began/);
    expect(await cli("verify")).toBe(1);
    // The live system goes on: the new column has a value of its own.
    await shop.client.query("UPDATE shop_v3.reviews SET text = 'still synchronised' WHERE id = 2");
    await shop.client.query("ALTER TABLE shop_v4.reviews DROP COLUMN mood");
    expect(await audit(shop.database, run.opened.model)).toEqual([]);
  });

  it("a way back that does not undo the way there, before anything is changed", async () => {
    const other = await emptyShop("wrong_way", server);
    await fillOldModel(other.client, { customers: 20, products: 10, orders: 20, dirt: 0 });
    const broken = brokenReleases("mapping.products.yaml", "category: t.category", "category: upper(t.name)");
    const code = await main(["plan", "--database", other.url, "--release", "4.0.0", "--releases", broken]);
    expect(code).toBe(1);
    expect((await other.client.query("SELECT to_regnamespace('order_upgrade') AS book")).rows).toEqual([
      { book: null },
    ]);
    rmSync(broken, { recursive: true, force: true });
    await other.stop();
  });

  it("wrong usage with exit code 2", async () => {
    expect(await main(["run", "--release", "4.0.0"])).toBe(2);
    expect(await main(["no-such-command"])).toBe(2);
  });
});

/** A copy of the releases with one declaration changed. */
function brokenReleases(file: string, from: string, to: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-releases-"));
  for (const release of ["3.2.0", "4.0.0"])
    cpSync(path.join(RELEASES, release), path.join(folder, release), { recursive: true });
  const target = path.join(folder, "4.0.0", file);
  const text = readFileSync(target, "utf8");
  expect(text).toContain(from);
  writeFileSync(target, text.replace(from, to));
  return folder;
}

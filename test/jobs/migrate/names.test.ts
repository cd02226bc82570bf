import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { contractModel } from "../../../jobs/contract/contract";
import { isReference, referencesIn, replaceReferences } from "../../../jobs/migrate/declarations/references";
import { nameOf } from "../../../jobs/migrate/sql/names";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, RELEASES } from "./support/shop";

/** As long as names can be. */
const LONG = "UTF8".padEnd(63, "x");

describe("what an expression reads of its row", () => {
  it.each([
    ["s.label || s.Label", ["label", "label"]],
    [`s."orderNumber" || s."a ""b"""`, ["orderNumber", 'a "b"']],
    ["'s.no' || this.s.no || ss.no || 'it''s.no' || (s.yes).no", ["yes"]],
    ["lower(s.a)::text || t.b", ["a"]],
  ])("is found in %s", (sql, names) => {
    expect(referencesIn(sql)).toEqual(names);
  });

  it("can be replaced, and told from more than itself", () => {
    expect(replaceReferences(`s."A" || 's.a' || s.a`, (name) => (name === "a" ? "1" : undefined))).toBe(
      `s."A" || 's.a' || 1`,
    );
    expect([isReference(' s."A" ', "A"), isReference("s.a", "A"), isReference("s.a || ''", "a")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

it("names that PostgreSQL would cut short differ where they would be the same", () => {
  const names = ["insert", "update"].map((event) => nameOf("old", LONG, event));
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(nameOf("old", "orders", "insert")).toBe("old_orders_insert");
});

it("names with capitals, blanks, words of SQL and 63 bytes are migrated like others", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-names-"));
  const shop = await emptyShop();
  try {
    cpSync(RELEASES, folder, { recursive: true });
    const rewrite = (name: string, pairs: readonly (readonly [string, string])[]): void => {
      const file = path.join(folder, "4.0.0", `${name}.yaml`);
      let text = readFileSync(file, "utf8");
      for (const [from, to] of pairs) {
        expect(text).toContain(from);
        text = text.replaceAll(from, to);
      }
      writeFileSync(file, text);
    };
    rewrite("mapping.orders", [
      ["s.customer_name", 's."customerName"'],
      ["customer_name: t.contact_name", 'customerName: t."Contact Name"'],
      ["contact_name:", "Contact Name:"],
      ["s.status", 's."order"'],
      ["        status: t.status", "        order: t.status"],
      ["            status: s.state", "            order: s.state"],
      ["\n  - table: work\n", "\n  - table: Work Items\n"],
    ]);
    rewrite("mapping.logistics", [["table: shipment_events", `table: ${LONG}`]]);
    rewrite("checks", [["FROM shipment_events", `FROM "${LONG}"`]]);
    await fillOldModel(shop.client, { customers: 20, products: 10, orders: 60, dirt: 7 });
    await shop.client.query(`
      ALTER TABLE shop_v3.orders RENAME customer_name TO "customerName";
      ALTER TABLE shop_v3.orders RENAME status TO "order";
      ALTER TABLE shop_v3.work RENAME TO "Work Items";
      ALTER TABLE shop_v4.orders RENAME contact_name TO "Contact Name";
      ALTER TABLE shop_v4.shipment_events RENAME TO "${LONG}"`);
    const run = await finished({ ...shop, subject: { ...shop.subject, releasesDirectory: folder } });
    expect(run.comparison.equal).toBe(true);
    await shop.client.query(
      `UPDATE shop_v3.orders SET "order" = 'cancelled', "customerName" = 'New' WHERE id < 9`,
    );
    await shop.client.query(
      `UPDATE shop_v4.orders SET "Contact Name" = 'Newer', status = 'returned' WHERE id = 11`,
    );
    await shop.client.query(
      `INSERT INTO shop_v3."Work Items" (worker, kind, subject) VALUES ('orders', 'capture', 'x')`,
    );
    expect(
      (await shop.client.query(`SELECT "order", "customerName" FROM shop_v3.orders WHERE id = 11`)).rows,
    ).toEqual([{ order: "returned", customerName: "Newer" }]);
    expect(await audit(shop.database, run.opened.model)).toEqual([]);
    const client = await shop.database.connect();
    await contractModel(client, { opened: run.opened, patience: { lockTimeout: 500 }, say: () => {} });
    await client.end();
  } finally {
    await shop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

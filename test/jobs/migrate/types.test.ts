import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, RELEASES } from "./support/shop";

/** Types with a value before and after; those first that PostgreSQL cannot compare, or not exactly, or not hash. */
const TYPES: readonly (readonly [string, string, string])[] = [
  ["json", '{"a": 1}', '{"a":1}'],
  ["json[]", '{"{}"}', '{"[]"}'],
  ["point", "(1,2)", "(2,1)"],
  ["box", "(2,2),(0,0)", "(4,1),(0,0)"],
  ["money", "1.50", "2.50"],
  ["bit(3)", "101", "100"],
  ["tsvector", "a b", "b c"],
  ["jsonb", '{"b": 2}', '{"b": 3}'],
  ["integer[]", "{1,2}", "{2,1}"],
  ["uuid", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"],
  ["bytea", "\\x00ff", "\\xff00"],
  ["inet", "10.0.0.1", "10.0.0.2"],
  ["interval", "1 day", "24 hours"],
  ["daterange", "[2026-01-01,2026-02-01)", "[2026-01-01,2026-03-01)"],
  ["double precision", "0.1", "NaN"],
];

it("columns of any type are loaded, compared and taken in both directions", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-types-"));
  const shop = await emptyShop();
  try {
    cpSync(RELEASES, folder, { recursive: true });
    const names = TYPES.map((_, index) => `extra_${index}`);
    const mapping = path.join(folder, "4.0.0/mapping.orders.yaml");
    const indented = (depth: number, side: string): string =>
      names.map((name) => `${" ".repeat(depth)}${name}: ${side}.${name}\n`).join("");
    writeFileSync(
      mapping,
      readFileSync(mapping, "utf8")
        .replace("          note: s.note\n", `          note: s.note\n${indented(10, "s")}`)
        .replace("        note: t.note\n", `        note: t.note\n${indented(8, "t")}`),
    );
    const add = TYPES.map(([type], index) => `ADD COLUMN extra_${index} ${type}`).join(", ");
    await shop.client.query(`ALTER TABLE shop_v3.orders ${add}; ALTER TABLE shop_v4.orders ${add}`);
    await fillOldModel(shop.client, { customers: 20, products: 10, orders: 40, dirt: 0 });
    const sets = (step: 1 | 2): string =>
      TYPES.map((values, index) => `extra_${index} = '${values[step]}'`).join(", ");
    await shop.client.query(`UPDATE shop_v3.orders SET ${sets(1)}`);
    const run = await finished({ ...shop, subject: { ...shop.subject, releasesDirectory: folder } });
    expect(run.comparison.equal).toBe(true);
    const texts = async (schema: string, id: number): Promise<unknown> =>
      (
        await shop.client.query(
          `SELECT ${names.map((name) => `${name}::text`).join(", ")} FROM ${schema}.orders WHERE id = ${id}`,
        )
      ).rows[0];
    await shop.client.query(`UPDATE shop_v3.orders SET ${sets(2)} WHERE id = 1`);
    await shop.client.query(`UPDATE shop_v4.orders SET ${sets(2)} WHERE id = 2`);
    const changed = await texts("shop_v3", 1);
    expect(await texts("shop_v4", 1)).toEqual(changed);
    expect(await texts("shop_v3", 2)).toEqual(changed);
    expect(changed).not.toEqual(await texts("shop_v4", 3));
    expect(await audit(shop.database, run.opened.model)).toEqual([]);
  } finally {
    await shop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

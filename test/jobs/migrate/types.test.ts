import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { audit } from "./support/audit";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, RELEASES, type Shop } from "./support/shop";

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
  ["public.mood", "good", "bad"],
  ['public."Odd Pair"', "(1,2)", "(2,1)"],
  ["public.positive", "1", "2"],
  ["public.mood[]", "{good}", "{good,bad}"],
];

/** Types of the shop itself, where its sessions find them without a schema. */
const OWN_TYPES = `CREATE TYPE public.mood AS ENUM ('good', 'bad'); CREATE TYPE public."Odd Pair" AS (a int, b int);
  CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0)`;

let shop: Shop;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-types-"));
  cpSync(RELEASES, folder, { recursive: true });
  shop = await emptyShop();
});
afterEach(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rewrite = (change: (text: string) => string): void => {
  const mapping = path.join(folder, "4.0.0/mapping.orders.yaml");
  writeFileSync(mapping, change(readFileSync(mapping, "utf8")));
};
const migrated = () => finished({ ...shop, subject: { ...shop.subject, releasesDirectory: folder } });

it("columns of any type are loaded, compared and taken in both directions", async () => {
  const names = TYPES.map((_, index) => `extra_${index}`);
  const indented = (depth: number, side: string): string =>
    names.map((name) => `${" ".repeat(depth)}${name}: ${side}.${name}\n`).join("");
  rewrite((text) =>
    text
      .replace("          note: s.note\n", `          note: s.note\n${indented(10, "s")}`)
      .replace("        note: t.note\n", `        note: t.note\n${indented(8, "t")}`),
  );
  const add = TYPES.map(([type], index) => `ADD COLUMN extra_${index} ${type}`).join(", ");
  await shop.client.query(
    `${OWN_TYPES}; ALTER TABLE shop_v3.orders ${add}; ALTER TABLE shop_v4.orders ${add}`,
  );
  await fillOldModel(shop.client, { customers: 20, products: 10, orders: 40, dirt: 0 });
  const sets = (step: 1 | 2): string =>
    TYPES.map((values, index) => `extra_${index} = '${values[step]}'`).join(", ");
  await shop.client.query(`UPDATE shop_v3.orders SET ${sets(1)}`);
  const run = await migrated();
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
});

it("what the triggers would not find without its schema is refused before anything is changed", async () => {
  await fillOldModel(shop.client, { customers: 5, products: 5, orders: 5, dirt: 0 });
  await shop.client.query(
    "CREATE FUNCTION public.tidy(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'",
  );
  rewrite((text) => text.replace("note: s.note", "note: tidy(s.note)"));
  await expect(migrated()).rejects.toThrow(
    /mapping\.orders\.yaml: orders: function tidy\(text\) does not exist/,
  );
  expect(
    (await shop.client.query("SELECT to_regclass('order_upgrade.load') AS book")).rows[0].book,
  ).toBeNull();
  rewrite((text) => text.replace("tidy(s.note)", "public.tidy(s.note)"));
  expect((await migrated()).comparison.equal).toBe(true);
});

it("columns that a table computes itself are read, and refused as targets", async () => {
  await shop.client.query(`
    ALTER TABLE shop_v3.orders ADD COLUMN shout text GENERATED ALWAYS AS (upper(note)) STORED;
    ALTER TABLE shop_v4.orders ADD COLUMN shout text;
    ALTER TABLE shop_v4.orders ADD COLUMN whisper text GENERATED ALWAYS AS (lower(note)) STORED`);
  await fillOldModel(shop.client, { customers: 5, products: 5, orders: 60, dirt: 0 });
  rewrite((text) =>
    text.replace("note: s.note", "note: s.note\n          shout: s.shout\n          whisper: s.note"),
  );
  await expect(migrated()).rejects.toThrow(/whisper: the table computes this column itself; leave it out/);
  rewrite((text) => text.replace("          whisper: s.note\n", ""));
  expect((await migrated()).comparison.equal).toBe(true);
  await shop.client.query("UPDATE shop_v3.orders SET note = 'Loud' WHERE id = 2");
  expect((await shop.client.query("SELECT shout, whisper FROM shop_v4.orders WHERE id = 2")).rows).toEqual([
    { shout: "LOUD", whisper: "loud" },
  ]);
});

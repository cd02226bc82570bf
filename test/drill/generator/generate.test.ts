import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { TABLES } from "../../../drill/shop/generator/columns";
import { DIRT, type DirtKind } from "../../../drill/shop/generator/dirt";
import { type GenerateReport, generate } from "../../../drill/shop/generator/generate";
import { countQuery } from "./dirt-queries";

const ORDERS = 12_000;
const SCHEMA = readFileSync(path.join("releases", "3.2.0", "schema.sql"), "utf8");

let server: PostgresServer;
let client: pg.Client;
let report: GenerateReport;

beforeAll(async () => {
  server = await temporaryPostgres();
  report = await fill("first", ORDERS, 7);
  client = new pg.Client({ connectionString: server.url("first") });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop("immediate");
});

async function create(name: string): Promise<string> {
  const administrator = new pg.Client({ connectionString: server.url() });
  await administrator.connect();
  await administrator.query(`CREATE DATABASE ${name}`);
  await administrator.end();
  const created = new pg.Client({ connectionString: server.url(name) });
  await created.connect();
  await created.query(SCHEMA);
  await created.end();
  return server.url(name);
}

async function fill(name: string, orders: number, seed: number): Promise<GenerateReport> {
  return generate({ databaseUrl: await create(name), orders, seed });
}

async function number(query: string): Promise<number> {
  return Number(Object.values((await client.query(query)).rows[0])[0]);
}

/** The rows of every table as the table holds them, in their physical order. */
async function fingerprint(databaseUrl: string): Promise<string[]> {
  const reader = new pg.Client({ connectionString: databaseUrl });
  await reader.connect();
  const prints: string[] = [];
  for (const table of TABLES) {
    const { rows } = await reader.query(
      `SELECT md5(coalesce(string_agg(r::text, E'\\n' ORDER BY r.ctid), '')) AS print FROM shop_v3.${table} r`,
    );
    prints.push(`${table} ${rows[0].print}`);
  }
  await reader.end();
  return prints;
}

describe("the generator", () => {
  it("gives the same rows for the same seed, and others for another", async () => {
    const again = await fill("again", 2_000, 7);
    const once = await fill("once", 2_000, 7);
    const other = await fill("other", 2_000, 8);
    const prints = await fingerprint(server.url("again"));
    expect(await fingerprint(server.url("once"))).toEqual(prints);
    const differing = await fingerprint(server.url("other"));
    for (const table of ["orders", "customers", "products"])
      expect(differing.find((print) => print.startsWith(table))).not.toBe(
        prints.find((print) => print.startsWith(table)),
      );
    expect({ ...again, seconds: 0, rate: 0 }).toEqual({ ...once, seconds: 0, rate: 0 });
    expect(other.dirt).not.toEqual(again.dirt);
  });

  it("reports exactly how many rows it made", async () => {
    for (const table of TABLES)
      expect(await number(`SELECT count(*) FROM shop_v3.${table}`), table).toBe(report.rows[table]);
    expect(report.rows.orders).toBe(ORDERS);
    expect(report.rows.customers).toBe(Math.floor(ORDERS * 0.35) + 1);
  });

  it.each(Object.keys(DIRT) as DirtKind[])(
    "reports exactly how many rows hold dirt of the kind %s",
    async (kind) => {
      expect(await number(countQuery(kind))).toBe(report.dirt[kind]);
    },
  );

  it("finds most kinds of dirt in a shop of this size, at about the rates it names", () => {
    const found = (Object.keys(DIRT) as DirtKind[]).filter((kind) => report.dirt[kind] > 0);
    expect(found.length).toBeGreaterThan(Object.keys(DIRT).length * 0.85);
    for (const kind of ["currency-sign", "lines-blanks", "status-spelling", "customer-missing"] as const) {
      const share = report.dirt[kind] / ORDERS;
      expect(share / DIRT[kind].rate, kind).toBeGreaterThan(0.7);
      expect(share / DIRT[kind].rate, kind).toBeLessThan(1.3);
    }
  });

  it("brings back every index and sets every sequence behind its rows", async () => {
    await create("empty");
    const definitions =
      "SELECT string_agg(indexdef, E'\\n' ORDER BY indexdef) AS text FROM pg_indexes WHERE schemaname = 'shop_v3'";
    const empty = new pg.Client({ connectionString: server.url("empty") });
    await empty.connect();
    expect((await client.query(definitions)).rows).toEqual((await empty.query(definitions)).rows);
    await empty.end();
    for (const [sequence, table] of [
      ["order_id", "orders"],
      ["customer_id", "customers"],
      ["return_id", "after_sales"],
    ])
      expect(await number(`SELECT nextval('shop_v3.${sequence}')`)).toBe(
        (await number(`SELECT max(id) FROM shop_v3.${table}`)) + 1,
      );
  });

  it("is shaped like a shop: few products and customers make most of the trade, Christmas beats summer, evening beats night", async () => {
    const top = await number(`
      WITH sold AS (SELECT l->>'sku' AS sku, count(*) AS times FROM shop_v3.orders, json_array_elements(lines::json) l
                    WHERE pg_input_is_valid(lines, 'json') GROUP BY 1),
           ranked AS (SELECT times, ntile(10) OVER (ORDER BY times DESC) AS tenth FROM sold)
      SELECT sum(times) FILTER (WHERE tenth = 1) / sum(times) FROM ranked`);
    expect(top).toBeGreaterThan(0.35);
    const returning = await number(`
      SELECT count(*) FILTER (WHERE orders > 1)::numeric / count(*) FROM
        (SELECT customer_id, count(*) AS orders FROM shop_v3.orders WHERE customer_id IS NOT NULL GROUP BY 1) AS c`);
    expect(returning).toBeGreaterThan(0.3);
    const count = (part: string, value: number): Promise<number> =>
      number(`SELECT count(*) FROM shop_v3.orders WHERE extract(${part} FROM created) = ${value}`);
    expect(await count("month", 12)).toBeGreaterThan(1.4 * (await count("month", 7)));
    expect(await count("hour", 20)).toBeGreaterThan(5 * (await count("hour", 3)));
  });

  it("keeps times in order and in the past, and only the newest orders open", async () => {
    expect(
      await number(`SELECT count(*) FROM shop_v3.orders WHERE paid < created OR shipped < paid
        OR (delivered < shipped AND delivered > created) OR closed < created`),
    ).toBe(0);
    expect(
      await number(
        "SELECT count(*) FROM shop_v3.orders WHERE greatest(created, closed, delivered) > '2026-06-30'",
      ),
    ).toBe(0);
    expect(
      await number(
        "SELECT count(*) FROM shop_v3.orders WHERE status IN ('placed', 'paid') AND created < '2026-06-26'",
      ),
    ).toBe(0);
  });

  it("gives open orders what the workers need", async () => {
    expect(
      await number(`SELECT count(*) FROM shop_v3.orders o WHERE status = 'paid' AND NOT EXISTS
        (SELECT FROM shop_v3.work w WHERE w.kind = 'ship' AND w.subject = o.number)`),
    ).toBe(0);
    expect(report.rows.work).toBe(await number("SELECT count(*) FROM shop_v3.orders WHERE status = 'paid'"));
  });

  it("names customers who can log in: there once, spelled so that both releases find them", async () => {
    const { rows } = await client.query(
      `SELECT e.email FROM unnest($1::text[]) AS e(email)
       WHERE NOT EXISTS (SELECT FROM shop_v3.customers c WHERE lower(btrim(c.email)) = e.email)`,
      [report.customers],
    );
    expect(rows).toEqual([]);
    expect(new Set(report.customers).size).toBe(report.customers.length);
    expect(report.customers.length).toBeGreaterThan(1_500);
  });

  it("refuses a shop that is not empty, or not there, and changes nothing", async () => {
    await expect(generate({ databaseUrl: server.url("first"), orders: 10, seed: 1 })).rejects.toThrow(
      /not empty: shop_v3\.customers, .*nothing was changed/s,
    );
    await expect(generate({ databaseUrl: server.url(), orders: 10, seed: 1 })).rejects.toThrow(
      /no schema shop_v3/,
    );
    await expect(generate({ databaseUrl: server.url(), orders: 0, seed: 1 })).rejects.toThrow(
      /orders: expected/,
    );
    await expect(generate({ databaseUrl: server.url(), orders: 1, seed: 1, until: "soon" })).rejects.toThrow(
      /until: expected/,
    );
    expect(await number("SELECT count(*) FROM shop_v3.orders")).toBe(ORDERS);
  });
});

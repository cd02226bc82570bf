import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuditResult, audit, takeCensus } from "../../../drill/load/audit";
import { Ledger } from "../../../drill/load/ledger";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";

let server: PostgresServer;
let folder: string;
let client: pg.Client;
let databases = 0;
let url: string;

beforeAll(async () => {
  server = await temporaryPostgres();
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-audit-"));
});
afterAll(async () => {
  await server.stop("immediate");
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => client.end());

const LINES =
  '[{"sku":"A-1","name":"Lamp","qty":2,"price":"19.90"},{"sku":"B-2","name":"Mat","qty":1,"price":"5.00"}]';

/** A customer's afternoon, as the ledger has it: one order paid, one cancelled, one nobody got an answer to, one refused. */
function writeLedger(file: string): void {
  const ledger = new Ledger(file);
  const email = "ann@example.com";
  const lines = [
    { sku: "A-1", quantity: 2, price: 1990, total: 3980 },
    { sku: "B-2", quantity: 1, price: 500, total: 500 },
  ];
  const wish = {
    action: "order",
    email,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  } as const;
  const deed = (number: string) =>
    ({
      action: "order",
      number,
      status: "placed",
      lines,
      discount: 80,
      total: 4400,
      currency: "EUR",
    }) as const;
  ledger.run("r", 1, 100);
  ledger.asked("r-1", { ...wish, promotion: "spring" });
  ledger.acknowledged("r-1", { ...deed("N-101"), promotion: "SPRING" });
  ledger.asked("r-2", { action: "payment", email, order: "N-101", method: "card" });
  ledger.acknowledged("r-2", { action: "payment", status: "paid", total: 4400, currency: "EUR" });
  ledger.asked("r-3", wish);
  ledger.acknowledged("r-3", deed("N-102"));
  ledger.asked("r-4", { action: "cancellation", email, order: "N-102" });
  ledger.acknowledged("r-4", { action: "cancellation", status: "cancelled" });
  ledger.asked("r-5", wish);
  ledger.unknown("r-5", "connection reset");
  ledger.asked("r-6", wish);
  ledger.refused("r-6", 409);
  ledger.asked("r-7", {
    action: "review",
    email,
    order: "N-101",
    sku: "A-1",
    rating: 5,
    text: "Great (r-7)",
  });
  ledger.acknowledged("r-7", { action: "review", id: "12" });
  ledger.asked("r-8", {
    action: "return",
    email,
    order: "N-101",
    sku: "B-2",
    quantity: 1,
    reason: "broken (r-8)",
  });
  ledger.acknowledged("r-8", { action: "return", id: "22" });
  ledger.asked("r-9", { action: "registration", email: "new@example.com", name: "New" });
  ledger.acknowledged("r-9", { action: "registration", id: "8" });
  ledger.close();
}

const BEFORE = {
  shop_v3: `
    INSERT INTO shop_v3.customers (id, email, name) VALUES (7, ' Ann@Example.com', 'Ann');
    INSERT INTO shop_v3.products (sku, name, price, stock) VALUES ('A-1', 'Lamp', 19.9, 100), ('B-2', 'Mat', 5, 50), ('C-3', 'Odd', 1, -4);
    INSERT INTO shop_v3.promotions (id, code, amount) VALUES (1, 'spring ', 0.8);
    INSERT INTO shop_v3.orders (id, number, customer_email, lines, total, status)
      VALUES (1, 'N-1', 'x', '[{"sku":"A-1","name":"Lamp","qty":3,"price":"19.90"}]', 59.7, 'placed'), (2, 'N-2', 'x', '{', 1, 'delivered');`,
  shop_v4: `
    INSERT INTO shop_v4.customers (id, email, name) VALUES (7, 'ann@example.com', 'Ann');
    INSERT INTO shop_v4.products (sku, name, price_minor) VALUES ('A-1', 'Lamp', 1990), ('B-2', 'Mat', 500);
    INSERT INTO shop_v4.stock (sku, available) VALUES ('A-1', 100), ('B-2', 50);
    INSERT INTO shop_v4.promotions (id, code, kind, amount_minor) VALUES (1, 'SPRING', 'amount', 80);
    INSERT INTO shop_v4.orders (id, number, total_minor, status, placed_at) VALUES (1, 'N-1', 5970, 'placed', now());
    INSERT INTO shop_v4.order_lines VALUES (1, 1, 'A-1', 'Lamp', 3, 1990);`,
} as const;

const AFTER = {
  shop_v3: `
    INSERT INTO shop_v3.orders (id, number, customer_email, lines, discount, total, currency, promotion, status, payment_state, payment_key, idempotency_key) VALUES
      (3, 'N-101', 'ann@example.com', '${LINES}', 0.80, 44.00, 'EUR', 'spring', 'shipped', 'captured', '7:r-2', '7:r-1'),
      (4, 'N-102', 'ann@example.com', '${LINES}', 0.80, 44.00, 'EUR', NULL, 'cancelled', NULL, NULL, 'r-3'),
      (5, 'N-103', 'ann@example.com', '${LINES}', NULL, 44.80, 'EUR', NULL, 'placed', NULL, NULL, 'r-5');
    UPDATE shop_v3.orders SET status = 'expired' WHERE id = 1;
    UPDATE shop_v3.products SET stock = 100 - 2 - 2 + 3 WHERE sku = 'A-1';
    UPDATE shop_v3.products SET stock = 50 - 1 - 1 WHERE sku = 'B-2';
    INSERT INTO shop_v3.reviews (id, order_number, sku, rating, text) VALUES (12, 'N-101', 'A-1', 5, 'Great (r-7)');
    INSERT INTO shop_v3.after_sales (id, order_number, sku, quantity, reason) VALUES (22, 'N-101', 'B-2', 1, 'broken (r-8)');
    INSERT INTO shop_v3.customers (id, email) VALUES (8, 'new@example.com');`,
  shop_v4: `
    INSERT INTO shop_v4.orders (id, number, customer_id, contact_email, discount_minor, total_minor, status, idempotency_key) VALUES
      (3, 'N-101', 7, 'ann@example.com', 80, 4400, 'shipped', '7:r-1'),
      (4, 'N-102', 7, 'ann@example.com', 80, 4400, 'cancelled', 'r-3'),
      (5, 'N-103', 7, 'ann@example.com', 0, 4480, 'placed', 'r-5');
    INSERT INTO shop_v4.order_lines SELECT id, position, sku, name, quantity, price FROM unnest(ARRAY[3, 4, 5]) AS id,
      (VALUES (1, 'A-1', 'Lamp', 2, 1990), (2, 'B-2', 'Mat', 1, 500)) AS line (position, sku, name, quantity, price);
    INSERT INTO shop_v4.payments VALUES (3, 'card', 'x', 'captured', '7:r-2');
    INSERT INTO shop_v4.promotion_redemptions VALUES (3, 1, 80);
    UPDATE shop_v4.orders SET status = 'expired' WHERE id = 1;
    UPDATE shop_v4.stock SET available = 99 WHERE sku = 'A-1';
    UPDATE shop_v4.stock SET available = 48 WHERE sku = 'B-2';
    INSERT INTO shop_v4.reviews (id, order_id, sku, rating, text) VALUES (12, 3, 'A-1', 5, 'Great (r-7)');
    INSERT INTO shop_v4.returns (id, order_id, sku, quantity, reason) VALUES (22, 3, 'B-2', 1, 'broken (r-8)');
    INSERT INTO shop_v4.customers (id, email, name) VALUES (8, 'new@example.com', 'New');`,
} as const;

const RELEASE = { shop_v3: "3.2.0", shop_v4: "4.0.0", shop_v5: "4.1.0" } as const;

/** What is in a model before and after; that of 4.1.0 differs from that of 4.0.0 in how it keeps an e-mail. */
const rowsOf = (rows: typeof BEFORE | typeof AFTER, schema: keyof typeof RELEASE): string =>
  schema === "shop_v5"
    ? rows.shop_v4
        .replaceAll("shop_v4", "shop_v5")
        .replaceAll("customers (id, email, name)", "customers (id, email_local, email_domain, name)")
        .replaceAll(/VALUES \((\d), '(\w+)@/g, "VALUES ($1, '$2', '")
    : rows[schema];

describe.each(["shop_v3", "shop_v4", "shop_v5"] as const)("the audit of %s", (schema) => {
  let run: (others?: (email: string) => boolean) => Promise<AuditResult>;

  beforeEach(async () => {
    const name = `audit_${++databases}`;
    const administrator = new pg.Client({ connectionString: server.url() });
    await administrator.connect();
    await administrator.query(`CREATE DATABASE ${name}`);
    await administrator.end();
    url = server.url(name);
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(readFileSync(path.join("releases", RELEASE[schema], "schema.sql"), "utf8"));
    await client.query(rowsOf(BEFORE, schema));
    const census = await takeCensus(url);
    await client.query(rowsOf(AFTER, schema));
    const ledger = path.join(folder, `${name}.jsonl`);
    writeLedger(ledger);
    run = (others) => audit({ databaseUrl: url, ledger, census, ...(others && { others }) });
  });

  it("passes when everything acknowledged is there, once and unchanged", async () => {
    const result = await run();
    expect(result.details).toEqual([]);
    expect(result).toMatchObject({
      verdict: "passed",
      acknowledged: 2,
      lost: 0,
      doubled: 0,
      altered: 0,
      unexpected: 0,
    });
    expect(result.models).toMatchObject([
      {
        model: schema,
        unknown: { asked: 1, found: 1 },
        money: { acknowledged: 8800, found: 8800 },
        subjects: {
          orders: { acknowledged: 2 },
          payments: { acknowledged: 1 },
          cancellations: { acknowledged: 1 },
          reviews: { acknowledged: 1 },
          returns: { acknowledged: 1 },
          registrations: { acknowledged: 1 },
        },
      },
    ]);
    expect(result.models[0]?.stock).toMatchObject({ wrong: 0 });
  });

  const old = schema === "shop_v3";
  const dependants = old
    ? ""
    : `DELETE FROM ${schema}.order_lines WHERE order_id = 4; DELETE FROM ${schema}.reservations;`;
  const cases: [string, string, { subject: string; fault: string; problem?: RegExp }][] = [
    [
      "a lost order",
      `${dependants} DELETE FROM ${schema}.orders WHERE id = 4`,
      { subject: "orders", fault: "lost", problem: /r-3/ },
    ],
    [
      "an altered total",
      `UPDATE ${schema}.orders SET ${old ? "total = 45" : "total_minor = 4500"} WHERE id = 3`,
      { subject: "orders", fault: "altered", problem: /total 4400, found 4500/ },
    ],
    [
      "an altered line",
      old
        ? `UPDATE shop_v3.orders SET lines = replace(lines, '"qty":2', '"qty":3') WHERE id = 3`
        : `UPDATE ${schema}.order_lines SET quantity = 3 WHERE order_id = 3 AND position = 1`,
      { subject: "orders", fault: "altered", problem: /2×A-1@1990.*found.*3×A-1@1990/ },
    ],
    [
      "an order that went back to placed although it was paid",
      `UPDATE ${schema}.orders SET status = 'placed' WHERE id = 3`,
      { subject: "orders", fault: "altered", problem: /status placed/ },
    ],
    [
      "an order paid although nobody paid",
      `UPDATE ${schema}.orders SET status = 'paid' WHERE id = 5`,
      { subject: "orders", fault: "altered", problem: /status paid/ },
    ],
    [
      "an order nobody asked for",
      `UPDATE ${schema}.orders SET idempotency_key = 'stranger' WHERE id = 5`,
      { subject: "orders", fault: "unexpected", problem: /stranger/ },
    ],
    [
      "an order the shop had refused",
      `UPDATE ${schema}.orders SET idempotency_key = 'r-6' WHERE id = 5`,
      { subject: "orders", fault: "unexpected", problem: /refused/ },
    ],
    [
      "a lost payment",
      old ? "UPDATE shop_v3.orders SET payment_state = NULL WHERE id = 3" : `DELETE FROM ${schema}.payments`,
      { subject: "payments", fault: "lost" },
    ],
    [
      "a forgotten promotion",
      old
        ? "UPDATE shop_v3.orders SET promotion = NULL WHERE id = 3"
        : `DELETE FROM ${schema}.promotion_redemptions`,
      { subject: "orders", fault: "altered", problem: /promotion SPRING/ },
    ],
    [
      "a lost review",
      `DELETE FROM ${schema}.reviews`,
      { subject: "reviews", fault: "lost", problem: /not there/ },
    ],
    [
      "a doubled return",
      old
        ? "INSERT INTO shop_v3.after_sales (id, order_number, sku, quantity, reason) VALUES (23, 'N-101', 'B-2', 1, 'broken (r-8)')"
        : `INSERT INTO ${schema}.returns (id, order_id, sku, quantity, reason) VALUES (23, 3, 'B-2', 1, 'broken (r-8)')`,
      { subject: "returns", fault: "doubled" },
    ],
    [
      "a lost registration",
      `DELETE FROM ${schema}.customers WHERE id = 8`,
      { subject: "registrations", fault: "lost" },
    ],
    [
      "stock that does not add up",
      old
        ? "UPDATE shop_v3.products SET stock = 98 WHERE sku = 'A-1'"
        : `UPDATE ${schema}.stock SET available = 98 WHERE sku = 'A-1'`,
      { subject: "stock", fault: "altered", problem: /must be 99, found 98/ },
    ],
  ];
  it.each(cases)("names %s", async (_, damage, { problem, ...where }) => {
    await client.query(damage);
    const result = await run();
    expect(result.verdict).toBe("failed");
    const named = result.details.filter(
      (detail) => detail.subject === where.subject && detail.fault === where.fault,
    );
    expect(named, JSON.stringify(result.details)).toHaveLength(1);
    if (problem !== undefined) expect(named[0]?.problem).toMatch(problem);
  });

  it("reads on past the rows it fetches at a time", async () => {
    await client.query(
      old
        ? `INSERT INTO shop_v3.orders (id, number, customer_email, lines, status) SELECT i, 'X-' || i, 'check@x.y', '[]', 'placed' FROM generate_series(100, 10350) i`
        : `INSERT INTO ${schema}.orders (id, number, contact_email, total_minor, status) SELECT i, 'X-' || i, 'check@x.y', 0, 'placed' FROM generate_series(100, 10350) i`,
    );
    await client.query(
      schema === "shop_v5"
        ? "INSERT INTO shop_v5.customers (id, email_local, email_domain, name) SELECT i, 'check', i, '' FROM generate_series(100, 10350) i"
        : `INSERT INTO ${schema}.customers (id, email, name) SELECT i, 'check@' || i, '' FROM generate_series(100, 10350) i`,
    );
    const result = await run((email) => email.startsWith("check@"));
    expect(result).toMatchObject({ verdict: "passed", models: [{ others: 10_251 }] });
  });

  it("leaves out orders of people made by others, and counts them", async () => {
    await client.query(
      `UPDATE ${schema}.orders SET idempotency_key = NULL, ${old ? "customer" : "contact"}_email = 'check@x.y' WHERE id = 5`,
    );
    const result = await run((email) => email.startsWith("check@"));
    expect(result).toMatchObject({ verdict: "passed", models: [{ others: 1 }] });
  });
});

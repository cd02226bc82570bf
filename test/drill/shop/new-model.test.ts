import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import { hashPassword } from "../../../drill/shop/common/password";
import { createToken } from "../../../drill/shop/common/session";
import { Customer, eventually, type Reply } from "./customer";
import { program, type Shop, startServer, startShop } from "./shop-fixture";

describe.each(["4.0.0", "4.1.0"] as const)("%s on data that came from 3.2.0", (release) => {
  let server: PostgresServer;
  let shop: Shop;
  beforeAll(async () => {
    server = await startServer();
    shop = await startShop(server, release, { name: "new_model" });
  });
  afterAll(async () => {
    await shop.stop();
    await server.stop();
  });
  /** Rows of a query that names tables as the model of 4.0.0 does. */
  const rows = async (query: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await shop.database.query(query.replaceAll("shop_v4", program(release, "orders").schema), values)).rows;
  const email = (address: string): [columns: string, values: string] => {
    const [local, domain] = address.split("@");
    return release === "4.0.0"
      ? ["email", `'${address}'`]
      : ["email_local, email_domain", `'${local}', '${domain}'`];
  };

  it("knows a merged customer by the token and the keys of an old id", async () => {
    const [columns, values] = email("m@example.com");
    const [person] = await rows(
      `INSERT INTO shop_v4.customers (${columns}, name) VALUES (${values}, 'M') RETURNING id`,
    );
    await rows(
      "INSERT INTO shop_v4.customer_aliases (id, customer_id, email) VALUES (9000, $1, 'M@EXAMPLE.COM')",
      person?.id,
    );
    const as = (customer: number): Customer =>
      new Customer(shop, createToken({ customer, role: "customer" }, "test-secret"));
    const duplicate = as(9000);
    const placed = await duplicate.order({ MUG: 1 }, { key: "old" });
    expect(placed.status).toBe(201);
    expect(await duplicate.order({ MUG: 1 }, { key: "old" })).toMatchObject({
      status: 201,
      body: placed.body,
    });
    expect((await duplicate.get("/api/orders")).body.orders).toHaveLength(1);
    expect((await as(Number(person?.id)).get(`/api/orders/${placed.body.number}`)).status).toBe(200);
    const owners = await rows(
      "SELECT customer_id, originals FROM shop_v4.orders WHERE number = $1",
      placed.body.number,
    );
    expect(owners).toEqual([{ customer_id: person?.id, originals: { customer_id: "9000" } }]);
    const payment = await duplicate.pay(placed.body.number, "old-payment");
    expect(payment.status).toBe(200);
    expect((await duplicate.get(`/api/shipments/${placed.body.number}`)).status).toBe(200);
    const review = { order: placed.body.number, sku: "MUG", rating: 4, text: "Good." };
    expect((await duplicate.post("/api/reviews", review)).status).toBe(201);
  });

  it("logs people in to the account the old release would have found, with its password", async () => {
    const [hash1, hash2] = [await hashPassword("first-password"), await hashPassword("other-password")];
    const [columns, values] = email("d@example.com");
    const [person] = await rows(
      `INSERT INTO shop_v4.customers (${columns}, name, password_hash, originals)
       VALUES (${values}, 'D', $1, '{"email": "mailto:d@example.com"}') RETURNING id`,
      hash1,
    );
    await rows(
      `INSERT INTO shop_v4.customer_aliases (id, customer_id, email, name, password_hash)
       VALUES (9100, $1, ' D@example.com', 'D.', $2), (9101, $1, 'd@example.com', 'D', $2)`,
      person?.id,
      hash2,
    );
    const login = (password: string): Promise<Reply> =>
      new Customer(shop).post("/api/login", { email: "d@example.com", password });
    expect((await login("first-password")).status).toBe(401);
    expect((await login("other-password")).body).toMatchObject({ customer: { id: 9100, name: "D." } });
    await rows("DELETE FROM shop_v4.customer_aliases WHERE customer_id = $1", person?.id);
    expect((await login("first-password")).body).toMatchObject({ customer: { id: Number(person?.id) } });
  });

  it("remembers a phone as it was typed, and takes an address apart", async () => {
    const customer = await Customer.register(shop, { phone: "0170 / 123", address: "Ring 2, 10115 Berlin" });
    const { number } = (await customer.order({ MUG: 1 })).body;
    const [order] = await rows(
      `SELECT person.phone, person.originals, address.city, one.ship_to FROM shop_v4.orders AS one
       JOIN shop_v4.customers AS person ON person.id = one.customer_id
       JOIN shop_v4.customer_addresses AS address ON address.customer_id = person.id WHERE one.number = $1`,
      number,
    );
    expect(order).toEqual({
      phone: "+49170123",
      originals: { phone: "0170 / 123" },
      city: "Berlin",
      ship_to: "Ring 2, 10115 Berlin",
    });
  });

  it("forgets an original once it gives the value anew, and keeps the others", async () => {
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    const originals = { status: " PLACED", paid: "2025-03-30 02:30:00", promotion: "" };
    await rows("UPDATE shop_v4.orders SET originals = $2 WHERE number = $1", number, originals);
    await customer.pay(number);
    const read = "SELECT originals FROM shop_v4.orders WHERE number = $1";
    expect(await rows(read, number)).toEqual([{ originals: { promotion: "" } }]);
    await rows("UPDATE shop_v4.orders SET originals = $2 WHERE number = $1", number, { status: "PAID" });
    await customer.cancel(number);
    expect(await rows(read, number)).toEqual([{ originals: null }]);
  });

  it("keeps stock = initial + movements - reservations, whatever happens to orders", async () => {
    const customer = await Customer.register(shop);
    const initial = (): Promise<Record<string, unknown>[]> =>
      rows(`SELECT sku, available + coalesce((SELECT sum(quantity) FROM shop_v4.reservations WHERE sku = stock.sku), 0)
          - coalesce((SELECT sum(quantity) FROM shop_v4.stock_movements WHERE sku = stock.sku), 0) AS initial
        FROM shop_v4.stock ORDER BY sku`);
    const expected = await initial();
    const numbers = await Promise.all(
      Array.from(
        { length: 12 },
        async (_, index) => (await customer.order({ MUG: 1 + index, LAMP: 2 })).body.number,
      ),
    );
    expect(await initial()).toEqual(expected);
    for (const number of numbers.slice(0, 6)) await customer.pay(number);
    await shop.startWorker("orders");
    await shop.startWorker("logistics");
    await Promise.all(numbers.slice(4).map((number) => customer.cancel(number)));
    const delivered = async (): Promise<number> =>
      (await rows("SELECT FROM shop_v4.orders WHERE number = ANY ($1) AND status = 'delivered'", numbers))
        .length;
    await eventually(delivered, (count) => count >= 4);
    expect(await initial()).toEqual(expected);
    const [reserved] = await rows(
      `SELECT count(*)::integer AS count FROM shop_v4.reservations JOIN shop_v4.orders AS one ON one.id = order_id
       WHERE one.number = ANY ($1)`,
      numbers,
    );
    expect(reserved).toEqual({ count: 0 });
  });

  it("tells staff more than the old release", async () => {
    const staff = await Customer.staff(shop);
    const { body } = await staff.get("/api/statistics/orders?days=1");
    expect(body).toMatchObject({ cancelled: expect.any(Number), averageOrder: expect.any(Number) });
    expect(body.bestSellers[0]).toEqual({
      sku: expect.any(String),
      name: expect.any(String),
      pieces: expect.any(Number),
    });
  });
});

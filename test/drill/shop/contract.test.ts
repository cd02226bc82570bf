import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import { DRILL_PASSWORD } from "../../../drill/shop/common/password";
import { Customer } from "./customer";
import { RELEASES, type Shop, startServer, startShop } from "./shop-fixture";

let server: PostgresServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe.each(RELEASES)("public API of %s", (release) => {
  let shop: Shop;
  let customer: Customer;
  beforeAll(async () => {
    shop = await startShop(server, release, { name: `contract_${release.replaceAll(".", "_")}` });
    customer = await Customer.register(shop, { phone: "0170 1234567", address: "Hauptstr. 1, 10115 Berlin" });
  });
  afterAll(() => shop.stop());

  it("names its release in every answer", async () => {
    for (const path of ["/", "/api/products", "/api/orders", "/nothing"]) {
      expect((await customer.get(path)).headers.get("x-release")).toBe(release);
    }
  });

  it("answers health, readiness and metrics in each module", async () => {
    for (const url of Object.values(shop.urls)) {
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect((await fetch(`${url}/ready`)).status).toBe(200);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain("shop_request_duration_seconds");
    }
  });

  it("registers a customer once, whatever the spelling of the e-mail, and logs them in", async () => {
    const anyone = new Customer(shop);
    const person = { email: "Grace@Example.com", password: "a-long-password", name: "Grace" };
    const first = await anyone.post("/api/customers", person);
    expect(first.status).toBe(201);
    expect(first.body).toEqual({ id: expect.any(Number), token: expect.any(String) });
    expect(await anyone.post("/api/customers", { ...person, email: " grace@example.com" })).toMatchObject({
      status: 409,
      body: { error: "email-taken" },
    });
    const login = await anyone.post("/api/login", { email: "GRACE@example.com ", password: person.password });
    expect(login).toMatchObject({
      status: 200,
      body: { customer: { id: first.body.id, name: "Grace" }, role: "customer" },
    });
    expect(
      (await anyone.post("/api/login", { email: person.email, password: "wrong-password" })).status,
    ).toBe(401);
    expect(
      (await anyone.post("/api/login", { email: "no@body.example", password: DRILL_PASSWORD })).status,
    ).toBe(401);
  });

  it("lists, finds and shows products", async () => {
    const all = await customer.get("/api/products?size=2");
    expect(all.body.total).toBe(3);
    expect(all.body.products[0]).toEqual({
      sku: "LAMP",
      name: "Desk lamp",
      price: { amount: 1990, currency: "EUR" },
      available: expect.any(Number),
    });
    expect((await customer.get("/api/products?size=2&page=2")).body.products).toHaveLength(1);
    expect(await customer.get("/api/products?page=9")).toMatchObject({ body: { products: [], total: 3 } });
    expect((await customer.get(`/api/products?query=${encodeURIComponent('"Ähre')}`)).body.total).toBe(1);
    expect((await customer.get("/api/products?query=%25")).body.total).toBe(0);
    expect((await customer.get("/api/products/MUG")).body.name).toBe('Mug "Ähre"');
    expect((await customer.get("/api/products/NONE")).status).toBe(404);
    expect((await customer.get("/api/stock/NONE")).status).toBe(404);
    expect((await customer.get("/api/stock/MUG")).body).toEqual({
      sku: "MUG",
      available: expect.any(Number),
      reserved: expect.any(Number),
      updatedAt: expect.stringMatching(/Z$/),
    });
  });

  it("places an order with exact money and takes its stock", async () => {
    const before = await customer.available("LAMP");
    const placed = await customer.order({ LAMP: 2, MUG: 3 }, { promotion: " spring10 " });
    const price = (amount: number): object => ({ amount, currency: "EUR" });
    expect(placed).toMatchObject({ status: 201 });
    expect(placed.body).toEqual({
      number: expect.stringMatching(/^S-[0-9A-Z]{10}$/),
      status: "placed",
      placedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lines: [
        { sku: "LAMP", name: "Desk lamp", quantity: 2, price: price(1990), total: price(3980) },
        { sku: "MUG", name: 'Mug "Ähre"', quantity: 3, price: price(705), total: price(2115) },
      ],
      // A tenth of 60.95 is 6.095, rounded half up.
      discount: price(610),
      total: price(5485),
      promotion: "SPRING10",
    });
    expect(Math.abs(Date.parse(placed.body.placedAt) - Date.now())).toBeLessThan(60_000);
    expect(await customer.available("LAMP")).toBe(before - 2);
    expect((await customer.get(`/api/orders/${placed.body.number}`)).body).toEqual(placed.body);
    expect((await customer.get("/api/orders?size=1")).body).toEqual({ orders: [placed.body] });
  });

  it("takes a fixed amount off an order", async () => {
    const placed = await customer.order({ MUG: 1 }, { promotion: "fiver" });
    expect(placed.body).toMatchObject({ discount: { amount: 500 }, total: { amount: 205 } });
  });

  it("refuses an order it cannot fill and leaves the stock alone", async () => {
    const before = await customer.available("MUG");
    expect(await customer.order({ MUG: 1, RARE: 6 })).toMatchObject({
      status: 409,
      body: { error: "out-of-stock", sku: "RARE" },
    });
    expect(await customer.available("MUG")).toBe(before);
    expect(await customer.order({ NONE: 1 })).toMatchObject({ status: 422, body: { sku: "NONE" } });
    expect(await customer.order({ MUG: 1 }, { promotion: "SPRING10" })).toMatchObject({
      status: 422,
      body: { error: "promotion-not-valid" },
    });
  });

  it("names everything wrong with a request at once", async () => {
    const lines = [{ sku: "", quantity: 1 }, { sku: "MUG", quantity: 1.5 }, "MUG"];
    const reply = await customer.post("/api/orders", { lines, promotion: 7 }, { "idempotency-key": "x" });
    expect(reply.status).toBe(400);
    expect(reply.body.problems.map((problem) => problem.field)).toEqual([
      "lines[0].sku",
      "lines[1].quantity",
      "lines[2].sku",
      "promotion",
    ]);
    expect((await customer.post("/api/orders", { lines: [] })).status).toBe(400);
    expect(
      (await customer.post("/api/customers", { email: "x", password: "short" })).body.problems,
    ).toHaveLength(3);
  });

  it("shows orders to their owner and to staff only", async () => {
    const { number } = (await customer.order({ MUG: 1 })).body;
    const other = await Customer.register(shop);
    const staff = await Customer.staff(shop);
    const nobody = new Customer(shop);
    for (const path of [`/api/orders/${number}`, `/api/shipments/${number}`]) {
      expect((await other.get(path)).status).toBe(404);
      expect((await nobody.get(path)).status).toBe(401);
      expect((await staff.get(path)).status).toBe(200);
    }
    expect((await other.pay(number)).status).toBe(404);
    expect((await other.cancel(number)).status).toBe(404);
    expect((await new Customer(shop, "1.1.staff.9999999999.forged").get("/api/orders")).status).toBe(401);
  });

  it("answers a repeated idempotency key as it answered first, whatever happened since", async () => {
    const before = await customer.available("MUG");
    const first = await customer.order({ MUG: 1 }, { key: "once" });
    await customer.pay(first.body.number);
    expect(await customer.order({ MUG: 1 }, { key: "once" })).toMatchObject({
      status: 201,
      body: first.body,
    });
    expect(await customer.available("MUG")).toBe(before - 1);
    expect((await customer.order({ MUG: 2 }, { key: "once" })).status).toBe(422);
    const other = await Customer.register(shop);
    expect((await other.order({ MUG: 1 }, { key: "once" })).body.number).not.toBe(first.body.number);
  });

  it("makes one order of many simultaneous requests with one key", async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => customer.order({ MUG: 1 }, { key: "race" })),
    );
    expect(new Set(replies.map((reply) => reply.body.number)).size).toBe(1);
    expect(replies.every((reply) => reply.status === 201)).toBe(true);
  });

  it("takes a payment once", async () => {
    const { number } = (await customer.order({ MUG: 2 })).body;
    const paid = await customer.pay(number, "pay-1");
    expect(paid).toMatchObject({ status: 200, body: { number, status: "paid" } });
    expect(await customer.pay(number, "pay-1")).toMatchObject({ status: 200, body: paid.body });
    expect(await customer.pay(number, "pay-2")).toMatchObject({ status: 409 });
    expect((await customer.pay("S-NONE")).status).toBe(404);
  });

  it("cancels an open order and gives its stock back, once", async () => {
    const before = await customer.available("LAMP");
    const { number } = (await customer.order({ LAMP: 4 })).body;
    await customer.pay(number, "pay-cancelled");
    const replies = await Promise.all(Array.from({ length: 4 }, () => customer.cancel(number)));
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { status: "cancelled" } });
    expect(await customer.available("LAMP")).toBe(before);
    expect((await customer.pay(number)).status).toBe(409);
    expect(await customer.pay(number, "pay-cancelled")).toMatchObject({
      status: 200,
      body: { status: "paid" },
    });
  });

  it("never sells more than there is", async () => {
    const customers = await Promise.all(Array.from({ length: 5 }, () => Customer.register(shop)));
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => customers[index % 5]?.order({ RARE: 1, MUG: 1 })),
    );
    expect(replies.filter((reply) => reply?.status === 201)).toHaveLength(5);
    expect(replies.filter((reply) => reply?.status === 409)).toHaveLength(15);
    expect(await customer.available("RARE")).toBe(0);
  });

  it("takes reviews of what was bought", async () => {
    const { number } = (await customer.order({ MUG: 1 })).body;
    const review = { order: number, sku: "MUG", rating: 5, text: "Holds tea." };
    expect((await customer.post("/api/reviews", review)).status).toBe(409);
    await customer.pay(number);
    expect(await customer.post("/api/reviews", review)).toMatchObject({
      status: 201,
      body: { id: expect.any(Number) },
    });
    expect((await customer.post("/api/reviews", { ...review, sku: "LAMP" })).status).toBe(422);
    expect((await customer.post("/api/reviews", { ...review, rating: 6 })).status).toBe(400);
  });

  it("shows statistics to staff alone", async () => {
    const staff = await Customer.staff(shop);
    expect((await customer.get("/api/statistics/orders")).status).toBe(403);
    const { days } = (await staff.get("/api/statistics/orders?days=2")).body;
    const orders = (await customer.get("/api/orders?size=100")).body.orders;
    expect(days.reduce((sum, day) => sum + day.orders, 0)).toBeGreaterThanOrEqual(
      orders.filter((order) => order.status !== "cancelled").length,
    );
    expect(days[0]).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      orders: expect.any(Number),
      revenue: { amount: expect.any(Number), currency: "EUR" },
    });
  });

  it("serves a page that needs nothing from elsewhere", async () => {
    const page = await customer.get("/");
    expect(page.headers.get("content-type")).toContain("text/html");
    const assets = [...String(page.body).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    expect(assets.length).toBeGreaterThanOrEqual(2);
    for (const asset of assets) expect((await customer.get(asset)).status).toBe(200);
    expect(String(page.body)).not.toMatch(/https?:\/\//);
  });
});

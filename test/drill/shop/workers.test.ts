import path from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import { openDatabase } from "../../../drill/shop/common/database";
import { openWorkQueue } from "../../../drill/shop/common/work-queue";
import { startCarrier } from "../../../drill/shop/outside/carrier";
import { startPaymentProvider } from "../../../drill/shop/outside/payment";
import { loadRelease } from "../../../releases/load";
import { Customer, eventually, ledgerOf } from "./customer";
import { program, RELEASES, type Shop, startServer, startShop } from "./shop-fixture";

let server: PostgresServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

// Each has a shop of its own, and waits for workers most of the time.
describe.concurrent.each(RELEASES)("workers of %s", (release) => {
  const { schema } = program(release, "orders");
  const shops: Shop[] = [];
  const open = async (
    name: string,
    options: Parameters<typeof startShop>[2] | object = {},
  ): Promise<Shop> => {
    const shop = await startShop(server, release, {
      ...options,
      name: `${name}_${release.replaceAll(".", "_")}`,
    });
    shops.push(shop);
    return shop;
  };
  afterAll(async () => {
    for (const shop of shops) await shop.stop();
  });
  const status = async (customer: Customer, number: string): Promise<string> =>
    (await customer.get(`/api/orders/${number}`)).body.status;
  /** What the drain of an upgrade asks of a worker. */
  const inFlight = async (shop: Shop, worker: string): Promise<number> => {
    const manifest = loadRelease(path.join(__dirname, "../../../releases"), release);
    const query = manifest.modules.find((module) => module.name === worker)?.inFlight ?? "";
    return Number((await shop.database.query(query)).rows[0].count);
  };

  it("take a paid order to its customer and back, through failures outside", async () => {
    const flaky = { failureRate: 0.2, latencyMs: [0, 5] as const };
    const shop = await open("journey", { payment: flaky, carrier: { ...flaky, stageMs: 20 } });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ LAMP: 2, MUG: 1 })).body;
    expect((await customer.get(`/api/shipments/${number}`)).body).toEqual({
      order: number,
      status: "preparing",
      events: [],
    });
    expect([200, 202]).toContain((await customer.pay(number)).status);
    await shop.startWorker("orders");
    await shop.startWorker("logistics");
    await eventually(
      () => status(customer, number),
      (now) => now === "delivered",
    );
    const { body } = await customer.get(`/api/shipments/${number}`);
    expect(body).toMatchObject({ order: number, status: "delivered", carrier: expect.any(String) });
    expect(body.events.map((event) => event.status)).toEqual([
      "announced",
      "picked-up",
      "in-transit",
      "out-for-delivery",
      "delivered",
    ]);
    const times = body.events.map((event) => Date.parse(event.at));
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(Math.abs((times[0] ?? 0) - Date.now())).toBeLessThan(60_000);
    expect((await customer.cancel(number)).status).toBe(409);

    const part = { order: number, sku: "LAMP", quantity: 2, reason: "too bright" };
    expect((await customer.post("/api/returns", { ...part, quantity: 3 })).status).toBe(409);
    expect((await customer.post("/api/returns", part)).status).toBe(201);
    expect(await status(customer, number)).toBe("delivered");
    expect((await customer.post("/api/returns", { ...part, quantity: 1 })).status).toBe(409);
    expect((await customer.post("/api/returns", { ...part, sku: "MUG", quantity: 1 })).status).toBe(201);
    expect(await status(customer, number)).toBe("returned");
    expect(await customer.available("LAMP")).toBe(98);
    const left = await shop.database.query(
      `SELECT * FROM ${schema}.work WHERE kind IN ('capture', 'payment', 'ship', 'track')`,
    );
    expect(left.rows).toEqual([]);
  });

  it("deliver an order whose parcel arrived before its announcement was answered", async () => {
    let time = Date.now();
    const carrier = await startCarrier(
      { seed: "quick", latencyMs: [0, 0], failureRate: 0, stageMs: 1 },
      0,
      () => (time += 10),
    );
    const shop = await open("arrived", { variables: { CARRIER_URL: carrier.url } });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    expect((await customer.pay(number)).status).toBe(200);
    await shop.startWorker("orders");
    await shop.startWorker("logistics");
    await eventually(
      () => status(customer, number),
      (now) => now === "delivered",
    );
    expect((await customer.get(`/api/shipments/${number}`)).body.events).toHaveLength(5);
    await carrier.stop();
  });

  it("expire orders that stay unpaid and give their stock back", async () => {
    const shop = await open("expiry");
    const customer = await Customer.register(shop);
    const unpaid = (await customer.order({ RARE: 2 })).body.number;
    const paid = (await customer.order({ RARE: 1 })).body.number;
    await customer.pay(paid);
    const placed = release === "3.2.0" ? "created" : "placed_at";
    await shop.database.query(`UPDATE ${schema}.orders SET ${placed} = ${placed} - interval '1 hour'`);
    await shop.startWorker("orders", { ORDER_TIME_LIMIT_SECONDS: "1800" });
    await eventually(
      () => status(customer, unpaid),
      (now) => now === "expired",
    );
    expect(await status(customer, paid)).toBe("paid");
    expect(await customer.available("RARE")).toBe(4);
    expect((await customer.pay(unpaid)).status).toBe(409);
  });

  it("pay later what could not be paid at once, and refund what was cancelled", async () => {
    const shop = await open("later", { payment: { failureRate: 1 } });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    expect(await customer.pay(number, "later")).toMatchObject({ status: 202, body: { status: "placed" } });
    expect((await customer.pay(number, "other")).body.error).toBe("payment-pending");
    await shop.database.query(`UPDATE ${schema}.work SET due_at = now()`);
    const provider = await startPaymentProvider({
      seed: "",
      latencyMs: [0, 0],
      failureRate: 0,
      declineRate: 0,
    });
    const worker = await shop.startWorker("orders", { PAYMENT_URL: provider.url });
    await eventually(
      () => status(customer, number),
      (now) => now === "paid",
    );
    expect(await customer.pay(number, "later")).toMatchObject({ status: 200, body: { status: "paid" } });
    expect((await customer.cancel(number)).status).toBe(200);
    const refunded = async (): Promise<unknown> => (await ledgerOf(provider.url)).sums;
    await eventually(
      refunded,
      (sums) => JSON.stringify(sums) === '{"authorised":0,"captured":0,"refunded":705}',
    );
    await worker.stop();
    await provider.stop();
  });

  it("give up what a customer was authorised for twice, or too late", async () => {
    // Long enough that every payment is under way before the first is answered, on a busy machine too.
    const shop = await open("twice", { payment: { latencyMs: [1000, 1000] } });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    const replies = await Promise.all(["a", "b", "c", "a"].map((key) => customer.pay(number, key)));
    // One key wins; it is answered alike each time it was sent.
    const paid = replies.filter((reply) => reply.status === 200);
    expect(paid.length).toBeGreaterThanOrEqual(1);
    expect(replies.filter((reply) => reply.status === 409)).toHaveLength(4 - paid.length);
    await shop.startWorker("orders");
    const sums = async (): Promise<unknown> => (await ledgerOf(shop.variables.PAYMENT_URL ?? "")).sums;
    await eventually(
      sums,
      (now) => JSON.stringify(now) === '{"authorised":0,"captured":705,"refunded":1410}',
    );
  });

  it("remember a declined payment, and let the customer try another way", async () => {
    const shop = await open("declined", { payment: { declineRate: 1 } });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    expect((await customer.pay(number, "first")).status).toBe(402);
    expect((await customer.pay(number, "first")).status).toBe(402);
    expect(await status(customer, number)).toBe("placed");
    expect((await customer.cancel(number)).status).toBe(200);
  });

  it("leave nothing in flight when they stop, and finish what they had begun", async () => {
    const shop = await open("drain", { payment: { latencyMs: [300, 300] } });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    await customer.pay(number);
    expect(await inFlight(shop, "orders-worker")).toBe(0);
    const worker = await shop.startWorker("orders");
    await eventually(
      () => inFlight(shop, "orders-worker"),
      (count) => count > 0,
    );
    await worker.stop();
    expect(await inFlight(shop, "orders-worker")).toBe(0);
    const rows = await shop.database.query(
      `SELECT kind FROM ${schema}.work WHERE kind IN ('capture', 'ship')`,
    );
    expect(rows.rows).toEqual([{ kind: "ship" }]);
  });

  it("take over from a killed worker when its lease ends, and shut it out", async () => {
    const shop = await open("lease");
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    await customer.pay(number);
    const log = pino({ level: "silent" });
    const database = openDatabase(
      { url: shop.databaseUrl, schema, connections: 2, application: "test" },
      log,
    );
    const queue = (owner: string, leaseSeconds: number): ReturnType<typeof openWorkQueue> =>
      openWorkQueue(database, { worker: "orders", owner, leaseSeconds });
    const killed = queue("killed", 3600);
    const [item] = await killed.claim(["capture"], 8);
    expect(item).toMatchObject({ subject: number, attempts: 1 });
    expect(await queue("second", 1).claim(["capture"], 8)).toEqual([]);
    await shop.database.query(`UPDATE ${schema}.work SET claimed_until = now() WHERE kind = 'capture'`);
    await shop.startWorker("orders");
    const shipping = async (): Promise<number> =>
      (await shop.database.query(`SELECT FROM ${schema}.work WHERE kind = 'ship'`)).rows.length;
    await eventually(shipping, (count) => count === 1);
    // The killed one was only asleep: what it still wants to write is refused as a whole.
    let reached = false;
    if (!item) throw new Error("nothing was claimed");
    const finished = await killed.finish(item, async () => {
      reached = true;
    });
    expect([finished, reached]).toEqual([false, false]);
    await database.close();
  });

  it("keep the stock figures right", async () => {
    const shop = await open("figures");
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ LAMP: 3 })).body;
    const worker = await shop.startWorker("inventory");
    const figures = async (): Promise<{ available: number; reserved: number }> =>
      (await customer.get("/api/stock/LAMP")).body;
    await eventually(figures, ({ available, reserved }) => available === 97 && reserved === 3);
    await customer.cancel(number);
    await eventually(figures, ({ available, reserved }) => available === 100 && reserved === 0);
    await worker.stop();
    expect(await inFlight(shop, "inventory-worker")).toBe(0);
  });
});

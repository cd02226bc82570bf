import { afterAll, beforeAll, expect, it } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import { Customer, eventually } from "./customer";
import { type Shop, startServer, startShop } from "./shop-fixture";

let server: PostgresServer;
let shop: Shop;
beforeAll(async () => {
  server = await startServer();
  shop = await startShop(server, "4.1.0", { name: "split_model" });
});
afterAll(async () => {
  await shop.stop();
  await server.stop();
});

it("4.1.0 keeps an e-mail in two parts, and finds its owner by the whole", async () => {
  const customer = await Customer.register(shop, { email: "Anna.B@Mail.Example" });
  const { number } = (await customer.order({ MUG: 1 })).body;
  const { rows } = await shop.database.query(
    `SELECT email_local, email_domain, one.contact_email FROM shop_v5.customers AS person
     JOIN shop_v5.orders AS one ON one.customer_id = person.id WHERE one.number = $1`,
    [number],
  );
  expect(rows).toEqual([
    { email_local: "anna.b", email_domain: "mail.example", contact_email: "anna.b@mail.example" },
  ]);
});

it("4.1.0 notes when an order was shipped and delivered, once each, beside the order", async () => {
  const customer = await Customer.register(shop);
  const { number } = (await customer.order({ MUG: 1 })).body;
  const noted = async (): Promise<unknown[]> =>
    (
      await shop.database.query(
        `SELECT shipped_at IS NOT NULL AS shipped, delivered_at IS NOT NULL AS delivered
         FROM shop_v5.deliveries JOIN shop_v5.orders ON id = order_id WHERE number = $1`,
        [number],
      )
    ).rows;
  expect(await noted()).toEqual([]);
  await customer.pay(number);
  await shop.startWorker("orders");
  await shop.startWorker("logistics");
  const status = async (): Promise<string> => (await customer.get(`/api/orders/${number}`)).body.status;
  await eventually(status, (now) => now === "delivered");
  expect(await noted()).toEqual([{ shipped: true, delivered: true }]);
});

import { randomUUID } from "node:crypto";
import { DRILL_PASSWORD } from "../../../drill/shop/common/password";
import type { Shop } from "./shop-fixture";

/** What tests read of answers; which fields are there depends on the request. */
export interface Body {
  readonly error: string;
  readonly id: number;
  readonly token: string;
  readonly name: string;
  readonly number: string;
  readonly status: string;
  readonly placedAt: string;
  readonly total: unknown;
  readonly available: number;
  readonly reserved: number;
  readonly orders: readonly { readonly number: string; readonly status: string }[];
  readonly products: readonly unknown[];
  readonly problems: readonly { readonly field: string }[];
  readonly days: readonly { readonly orders: number }[];
  readonly events: readonly { readonly at: string; readonly status: string }[];
  readonly bestSellers: readonly unknown[];
}

export interface Reply {
  readonly status: number;
  /** Parsed JSON, or the text of the page. */
  readonly body: Body;
  readonly headers: Headers;
}

const MODULES: readonly (readonly [prefix: string, module: string])[] = [
  ["/api/products", "inventory"],
  ["/api/stock", "inventory"],
  ["/api/shipments", "logistics"],
  ["/api/statistics", "statistics"],
  ["/api/", "orders"],
  ["/", "web"],
];

/** A customer as the public address sees one: each path reaches the module that serves it. */
export class Customer {
  private token: string | undefined;

  constructor(
    private readonly shop: Shop,
    token?: string,
  ) {
    this.token = token;
  }

  static async register(shop: Shop, more: Record<string, unknown> = {}): Promise<Customer> {
    const customer = new Customer(shop);
    const email = `${randomUUID()}@example.com`;
    const reply = await customer.post("/api/customers", {
      email,
      password: DRILL_PASSWORD,
      name: "Ada Lovelace",
      ...more,
    });
    customer.token = reply.body.token;
    return customer;
  }

  static async staff(shop: Shop): Promise<Customer> {
    const customer = new Customer(shop);
    const reply = await customer.post("/api/login", {
      email: "staff@shop.example",
      password: DRILL_PASSWORD,
    });
    return new Customer(shop, reply.body.token);
  }

  /** The same customer at another release on the same database or with the same secret. */
  at(shop: Shop): Customer {
    return new Customer(shop, this.token);
  }

  get(path: string): Promise<Reply> {
    return this.send("GET", path);
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send("POST", path, body, headers);
  }

  order(
    lines: Readonly<Record<string, number>>,
    more: { promotion?: string; key?: string } = {},
  ): Promise<Reply> {
    const { key = randomUUID(), ...rest } = more;
    const body = { lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })), ...rest };
    return this.post("/api/orders", body, { "idempotency-key": key });
  }

  pay(number: string, key: string = randomUUID()): Promise<Reply> {
    return this.post(`/api/orders/${number}/payment`, { method: "card" }, { "idempotency-key": key });
  }

  cancel(number: string): Promise<Reply> {
    return this.post(`/api/orders/${number}/cancellation`);
  }

  async available(sku: string): Promise<number> {
    return (await this.get(`/api/products/${sku}`)).body.available;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const module = MODULES.find(([prefix]) => path.startsWith(prefix))?.[1] ?? "web";
    const response = await fetch(`${this.shop.urls[module]}${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return {
      status: response.status,
      body: isJson && text !== "" ? JSON.parse(text) : text,
      headers: response.headers,
    };
  }
}

/** Asks again until the answer is as wanted; fails after half a minute with what it was last. */
export async function eventually<Result>(
  look: () => Promise<Result>,
  wanted: (result: Result) => boolean,
): Promise<Result> {
  const end = Date.now() + 30_000;
  for (;;) {
    const result = await look();
    if (wanted(result)) return result;
    if (Date.now() > end) throw new Error(`not reached: ${JSON.stringify(result)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** What a simulated payment provider has been asked for, in minor units. */
export async function ledgerOf(providerUrl: string): Promise<{
  readonly count: number;
  readonly sums: { readonly authorised: number; readonly captured: number; readonly refunded: number };
}> {
  return JSON.parse(await (await fetch(`${providerUrl}/ledger`)).text());
}

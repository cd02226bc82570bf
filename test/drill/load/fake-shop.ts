import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeOrder {
  number: string;
  status: string;
  placedAt: string;
  lines: unknown[];
  discount: { amount: number; currency: string };
  total: { amount: number; currency: string };
}

/** How the fake shop misbehaves; return true when the request has been dealt with. */
export type Trouble = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A shop in memory that keeps the HTTP contract and nothing else. */
export class FakeShop {
  readonly orders = new Map<string, FakeOrder>();
  readonly byKey = new Map<string, FakeOrder>();
  readonly customers = new Set<string>();
  readonly reviews: string[] = [];
  readonly returns: string[] = [];
  trouble: Trouble = () => false;
  release = "3.2.0";
  requests = 0;
  private readonly server = createServer((request, response) => this.receive(request, response));

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      response.setHeader("X-Release", this.release);
      if (this.trouble(request, response)) return;
      const [status, body] = this.answer(request, text === "" ? {} : JSON.parse(text));
      if (typeof body === "string") response.writeHead(status, { "content-type": "text/html" }).end(body);
      else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  }

  answer(request: IncomingMessage, body: Record<string, unknown>): [number, unknown] {
    const [path = ""] = (request.url ?? "").split("?");
    const key = request.headers["idempotency-key"] as string | undefined;
    const [, , what, name, part] = path.split("/");
    if (path === "/") return [200, "<!doctype html><html></html>"];
    if (what === "login") return [200, { token: "t", customer: { id: 7, name: "N" }, role: "customer" }];
    if (what === "customers") {
      this.customers.add(String(body.email));
      return [201, { id: this.customers.size, token: "t" }];
    }
    if (what === "products")
      return [200, name === undefined ? { products: PRODUCTS, total: 3 } : product(name)];
    if (what === "stock")
      return [200, { sku: name, available: 5, reserved: 0, updatedAt: "2026-01-01T00:00:00Z" }];
    if (what === "shipments") return [200, { order: name, status: "announced", events: [] }];
    if (what === "statistics") return [200, { days: [] }];
    if (what === "reviews") return [201, { id: this.reviews.push(String(body.text)) }];
    if (what === "returns") return [201, { id: this.returns.push(String(body.reason)) }];
    if (what !== "orders") return [404, {}];
    if (name === undefined && request.method === "GET") return [200, { orders: [] }];
    if (name === undefined) return [201, this.place(key ?? "", body.lines as never)];
    const order = this.orders.get(name);
    if (order === undefined) return [404, {}];
    if (part === "payment" && order.status === "placed") order.status = "delivered";
    if (part === "cancellation" && order.status !== "placed") return [409, { error: "too-late" }];
    if (part === "cancellation") order.status = "cancelled";
    return [200, order];
  }

  place(key: string, lines: { sku: string; quantity: number }[]): FakeOrder {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const full = lines.map(({ sku, quantity }) => {
      const price = product(sku).price;
      return { sku, name: "x", quantity, price, total: { ...price, amount: price.amount * quantity } };
    });
    const order = {
      number: `N-${this.orders.size + 1}`,
      status: "placed",
      placedAt: "2026-01-01T00:00:00.000Z",
      lines: full,
      discount: { amount: 0, currency: "EUR" },
      total: { amount: full.reduce((sum, line) => sum + line.total.amount, 0), currency: "EUR" },
    };
    this.orders.set(order.number, order);
    this.byKey.set(key, order);
    return order;
  }
}

const PRODUCTS = ["A-1", "B-2", "C-3"].map(product);

function product(sku: string): {
  sku: string;
  name: string;
  price: { amount: number; currency: string };
  available: number;
} {
  return { sku, name: `Thing ${sku}`, price: { amount: 1990, currency: "EUR" }, available: 1000 };
}

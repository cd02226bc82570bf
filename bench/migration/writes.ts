import pino from "pino";
import { orderStore } from "../../drill/shop/3.2.0/orders/order-store";
import { paymentStore } from "../../drill/shop/3.2.0/orders/payment-store";
import { openDatabase } from "../../drill/shop/common/database";

const TIME_ZONE = "Europe/Berlin";
/** Articles a round of the benchmark sells; see `fillOrders`. */
const ARTICLES = 1000;

let turns = 0;

/** What was seen of customers at work. Latencies in milliseconds. */
export interface Seen {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface WriteOptions {
  readonly url: string;
  readonly seconds: number;
  readonly writers: number;
  /** Orders a second, at set times whatever the server does; without it each writer begins the next order at once. */
  readonly rate?: number;
  /** Ends the writing early. */
  readonly signal?: AbortSignal;
}

/**
 * Orders that customers of release 3.2.0 place and pay, through the release's own stores and all their statements: asked
 * for by key, stock locked and taken, the order of two lines written, found again, paid, put into the worker's queue.
 * A latency counts from the time an order was due.
 */
export async function liveWrites(options: WriteOptions): Promise<Seen> {
  const { url, seconds, writers, rate, signal } = options;
  turns += 1;
  const turn = turns;
  const log = pino({ level: "silent" });
  const database = openDatabase({ url, schema: "shop_v3", connections: writers, application: "live" }, log);
  const orders = orderStore(database, { timeZone: TIME_ZONE, currency: "EUR" });
  const payments = paymentStore(database, orders, TIME_ZONE);
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  let next = 0;
  const one = async (index: number): Promise<void> => {
    const number = `W${turn}-${index}`;
    const customer = 1 + (index % 100);
    const line = (step: number) => {
      const sku = `A-${1 + ((index * 7 + step * 389) % ARTICLES)}`;
      return { sku, name: "Article", quantity: 1, price: 999 };
    };
    await orders.findByKey(`key-${number}`);
    const placed = await orders.place({
      number,
      customer,
      lines: [line(0), line(1)],
      currency: "EUR",
      discount: 0,
      total: 1998,
      key: `key-${number}`,
      promotion: undefined,
    });
    if (placed.outcome !== "placed") throw new Error(`the order ${number} was not placed: ${placed.outcome}`);
    await orders.find(number, { customer, role: "customer" });
    await payments.authorised(number, { method: "card", key: `pay-${number}` }, `ref-${number}`);
  };
  const writer = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const due = rate === undefined ? performance.now() : began + (index * 1000) / rate;
      if (due >= end || signal?.aborted === true) return;
      const early = due - performance.now();
      if (early > 0) await new Promise((done) => setTimeout(done, early));
      await one(index);
      latencies.push(performance.now() - Math.min(due, performance.now()));
    }
  };
  try {
    await Promise.all(Array.from({ length: writers }, writer));
  } finally {
    await database.close();
  }
  const taken = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { perSecond: latencies.length / taken, p50: at(0.5), p99: at(0.99) };
}

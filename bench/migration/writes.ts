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
  readonly writers: number;
  /** Orders a second, at set times whatever the server does; without it each writer begins the next order at once. */
  readonly rate?: number;
}

/** Customers at work until they are stopped. */
export interface Writing {
  /** What was seen since the last call, or the beginning: the orders that came to their end meanwhile. */
  take(): Seen;
  /** Throws what went wrong meanwhile. */
  stop(): Promise<void>;
}

/**
 * Orders that customers of release 3.2.0 place and pay, through the release's own stores and all their statements: asked
 * for by key, stock locked and taken, the order of two lines written, found again, paid, put into the worker's queue.
 * A latency counts from the time an order was due. Connections are kept, as a service keeps them.
 */
export function startWrites({ url, writers, rate }: WriteOptions): Writing {
  turns += 1;
  const place = placing(url, writers, turns);
  let latencies: number[] = [];
  const began = performance.now();
  let since = began;
  let next = 0;
  let stopped = false;
  const writer = async (): Promise<void> => {
    while (!stopped) {
      const index = next++;
      const due = rate === undefined ? performance.now() : began + (index * 1000) / rate;
      const early = due - performance.now();
      if (early > 0) await new Promise((done) => setTimeout(done, early));
      await place.order(index);
      latencies.push(performance.now() - Math.min(due, performance.now()));
    }
  };
  const done = Promise.all(Array.from({ length: writers }, writer)).finally(() => place.close());
  done.catch(() => undefined);
  return {
    take() {
      const seen = seenOf(latencies, (performance.now() - since) / 1000);
      latencies = [];
      since = performance.now();
      return seen;
    },
    async stop() {
      stopped = true;
      await done;
    },
  };
}

/** Places one order after another, each told by its index, on connections of its own. */
function placing(url: string, connections: number, turn: number) {
  const log = pino({ level: "silent" });
  const database = openDatabase({ url, schema: "shop_v3", connections, application: "live" }, log);
  const orders = orderStore(database, { timeZone: TIME_ZONE, currency: "EUR" });
  const payments = paymentStore(database, orders, TIME_ZONE);
  const order = async (index: number): Promise<void> => {
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
  return { order, close: () => database.close() };
}

function seenOf(latencies: number[], seconds: number): Seen {
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99) };
}

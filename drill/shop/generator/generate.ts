import { addReturns, addReviews, addShipment, type Sink } from "./after-order";
import { Calendar, DAY, timestamp } from "./calendar";
import { catalogueSize, makeProducts, makePromotions } from "./catalogue";
import type { Table } from "./columns";
import { countDirt, customerRow, makeCustomer, staffRow } from "./customers";
import { type DirtCounts, noDirt } from "./dirt";
import { makeOrder, type Shop } from "./orders";
import { Random } from "./random";
import { Target } from "./target";

export interface GenerateOptions {
  /** Database with the empty schema of release 3.2.0. */
  readonly databaseUrl: string;
  /** At least 1. */
  readonly orders: number;
  /** A whole number; the same seed, orders and until give the same rows, byte for byte. */
  readonly seed: number;
  /** First day without orders, such as 2026-06-30. Default that very day. */
  readonly until?: string;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly rate: number;
  }) => void;
}

export interface GenerateReport {
  readonly version: 1;
  readonly seed: number;
  readonly orders: number;
  readonly until: string;
  /** Rows by table of shop_v3. */
  readonly rows: Readonly<Record<Table, number>>;
  /** How many rows hold dirt of each kind; see dirt.ts for what the kinds mean. */
  readonly dirt: Readonly<DirtCounts>;
  readonly seconds: number;
  /** Orders a second, all tables and indexes included. */
  readonly rate: number;
  /** E-mails of customers who can log in and whose orders hold no dirt, the busiest first, at most 2,000. */
  readonly customers: readonly string[];
  /** Codes of promotions that are valid now. */
  readonly promotions: readonly string[];
}

export const DEFAULT_UNTIL = "2026-06-30";
/** Customers an order; the rest are people who come back. */
const NEW_CUSTOMERS = 0.35;
const LOGINS = 2_000;
/** Orders between two looks at the streams. */
const STRIDE = 256;

/** Fills the old model with a shop's history. Memory does not grow with the number of orders. */
export async function generate(options: GenerateOptions): Promise<GenerateReport> {
  const { databaseUrl, orders, seed, until = DEFAULT_UNTIL } = options;
  const end = Date.parse(`${until}T00:00:00Z`);
  if (!Number.isSafeInteger(orders) || orders < 1 || orders > 33_000_000)
    throw new Error(`orders: expected a whole number from 1 to 33,000,000, got ${orders}`);
  if (!/^\d{4}-\d\d-\d\d$/.test(until) || Number.isNaN(end))
    throw new Error(`until: expected a day such as ${DEFAULT_UNTIL}, got ${until}`);
  const started = performance.now();
  const target = await Target.open(databaseUrl);
  try {
    const made = await fill(target, options, new Calendar(seed, end));
    const tables: Table[] = [
      "customers",
      "products",
      "promotions",
      "orders",
      "shipments",
      "reviews",
      "after_sales",
      "work",
    ];
    const rows = Object.fromEntries(tables.map((table) => [table, target.rows(table)])) as Record<
      Table,
      number
    >;
    await target.finish();
    const seconds = (performance.now() - started) / 1000;
    return { version: 1, seed, orders, until, rows, ...made, seconds, rate: Math.round(orders / seconds) };
  } catch (problem) {
    await target.abandon();
    throw problem;
  }
}

async function fill(
  target: Target,
  { orders, seed, onProgress }: GenerateOptions,
  calendar: Calendar,
): Promise<Pick<GenerateReport, "dirt" | "customers" | "promotions">> {
  const dirt = noDirt();
  const since = timestamp(calendar.start - 30 * DAY);
  const catalogue = makeProducts(seed, catalogueSize(orders), orders, since, dirt);
  for (const row of catalogue.rows) target.add("products", row);
  const period = { from: since, to: timestamp(calendar.until - 60 * DAY) };
  const offers = makePromotions(seed, 60, period, dirt);
  for (const row of offers.rows) target.add("promotions", row);
  target.add("customers", staffRow(since));

  const shop: Shop = { seed, calendar, products: catalogue.products, promotions: offers.promotions, dirt };
  const choice = new Random(seed, "choice");
  // What customers do to an order that is set aside is set aside with it; those who are sent shopping have none.
  const logins = new Map<number, string>();
  const sinks = {
    shipments: sink(target, "shipments"),
    reviews: sink(target, "reviews"),
    returns: sink(target, "after_sales"),
  };
  const started = performance.now();
  let people = 0;
  for (let index = 0; index < orders; index++) {
    const time = calendar.timeAt((index + choice.unit()) / orders);
    const due = Math.max(1, Math.floor((index + 1) * NEW_CUSTOMERS));
    const fresh = people < due;
    const customer = makeCustomer(seed, fresh ? people : choice.skewed(people, 0.6));
    if (fresh) {
      people++;
      target.add("customers", customerRow(customer, timestamp(time)));
      countDirt(customer, dirt);
      if (customer.login !== undefined && people <= 4 * LOGINS) logins.set(customer.id, customer.login);
    }
    const order = makeOrder(shop, index, time, customer);
    target.add("orders", order.row);
    if (order.dirty) logins.delete(customer.id);
    addShipment(shop, index, order, sinks.shipments);
    addReviews(shop, index, order, sinks.reviews);
    addReturns(shop, index, order, sinks.returns);
    // What was paid and not yet sent waits for the logistics worker; such orders hold no dirt that could stop them.
    if (order.life.status === "paid")
      target.add("work", ["logistics", "ship", order.number, `${timestamp(calendar.until)}+00`]);
    if (index % STRIDE === STRIDE - 1) {
      await target.room();
      if (index % 16_384 === 16_383) {
        const rate = Math.round((index * 1000) / (performance.now() - started));
        onProgress?.({ done: index + 1, total: orders, rate });
      }
    }
  }
  return { dirt, customers: [...logins.values()].slice(0, LOGINS), promotions: offers.current };
}

function sink(target: Target, table: Table): Sink {
  return { nextId: () => target.rows(table) + 1, add: (row) => target.add(table, row) };
}

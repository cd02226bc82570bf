import type { Random } from "../shop/generator/random";
import type { OrderAnswer } from "./contract";
import type { OrderLine } from "./ledger-records";
import { reachable, type Status } from "./order-status";

export interface Session {
  readonly email: string;
  readonly token: string;
}

/** An order as its customer knows it. */
export interface KnownOrder {
  readonly number: string;
  readonly email: string;
  readonly lines: readonly OrderLine[];
  readonly discount: number;
  readonly total: number;
  readonly currency: string;
  /** The furthest status an answer has shown. */
  status: Status;
  /** Placed by this load, so every figure of it is known for certain. */
  readonly own: boolean;
  /** The most events of its shipment an answer has shown. */
  events: number;
  /** SKUs reviewed or returned already. */
  readonly reviewed: Set<string>;
  readonly returned: Set<string>;
  /** A payment or cancellation is under way or settled; nobody else shall try. */
  busy: boolean;
}

export interface KnownProduct {
  readonly sku: string;
  name: string;
  available: number;
}

/** What all customers together know of the shop, learned from answers alone. */
export class Known {
  readonly products: KnownProduct[] = [];
  readonly orders = new Map<string, KnownOrder>();
  private readonly bySku = new Map<string, KnownProduct>();
  private readonly sessions: Session[] = [];
  private readonly tokens = new Map<string, string>();
  private readonly recent: KnownOrder[] = [];

  learnProduct(sku: string, name: string | undefined, available: number): void {
    const product = this.bySku.get(sku);
    if (product !== undefined) {
      product.available = available;
      return;
    }
    const fresh = { sku, name: name ?? "", available };
    this.bySku.set(sku, fresh);
    this.products.push(fresh);
  }

  soldOut(sku: string): void {
    const product = this.bySku.get(sku);
    if (product !== undefined) product.available = 0;
  }

  loggedIn(email: string, token: string): void {
    if (!this.tokens.has(email)) this.sessions.push({ email, token });
    this.tokens.set(email, token);
  }

  token(email: string): string | undefined {
    return this.tokens.get(email);
  }

  anySession(random: Random): Session | undefined {
    if (this.sessions.length === 0) return undefined;
    const { email } = random.pick(this.sessions);
    return { email, token: this.tokens.get(email) as string };
  }

  addOrder(order: KnownOrder): void {
    if (this.orders.has(order.number)) return;
    this.orders.set(order.number, order);
    this.recent.push(order);
    // Customers look after their newest orders; a bounded memory keeps a long run cheap.
    if (this.recent.length > 4000)
      for (const old of this.recent.splice(0, 1000)) this.orders.delete(old.number);
  }

  /** An order that fits and whose customer is logged in; tries a few at random, then gives up. */
  anyOrder(random: Random, fits: (order: KnownOrder) => boolean): KnownOrder | undefined {
    if (this.recent.length === 0) return undefined;
    for (let attempt = 0; attempt < 40; attempt++) {
      const order = random.pick(this.recent);
      if (this.tokens.has(order.email) && fits(order)) return order;
    }
    return undefined;
  }
}

export function knownOrder(answer: OrderAnswer, email: string, own: boolean): KnownOrder {
  return {
    number: answer.number,
    email,
    lines: orderLines(answer),
    discount: answer.discount.amount,
    total: answer.total.amount,
    currency: answer.total.currency,
    status: answer.status,
    own,
    events: 0,
    reviewed: new Set(),
    returned: new Set(),
    busy: false,
  };
}

export function orderLines(answer: OrderAnswer): OrderLine[] {
  return answer.lines.map(({ sku, quantity, price, total }) => ({
    sku,
    quantity,
    price: price.amount,
    total: total.amount,
  }));
}

/**
 * What is wrong with an answer about an order that was known as `before` when the question was asked, or undefined.
 * Amounts and lines of an order never change; its status only moves forward.
 */
export function contradiction(
  order: Pick<KnownOrder, "number" | "lines" | "discount" | "total" | "currency">,
  before: Status,
  answer: OrderAnswer,
): string | undefined {
  if (answer.number !== order.number) return `asked for order ${order.number}, got ${answer.number}`;
  if (!reachable(before, answer.status))
    return `order ${order.number} went from ${before} to ${answer.status}`;
  const [was, is] = [figures(order.lines), figures(orderLines(answer))];
  if (was !== is) return `order ${order.number} had lines ${was}, now ${is}`;
  const money = `${answer.discount.amount}/${answer.total.amount} ${answer.total.currency}`;
  const known = `${order.discount}/${order.total} ${order.currency}`;
  return money === known ? undefined : `order ${order.number} had discount/total ${known}, now ${money}`;
}

function figures(lines: readonly OrderLine[]): string {
  return lines
    .map((line) => `${line.sku}×${line.quantity}@${line.price}=${line.total}`)
    .sort()
    .join(" ");
}

import { ANSWERS, ContractBroken, type OrderAnswer, read } from "./contract";
import type { Answer } from "./http-client";
import { contradiction, type KnownOrder, knownOrder, orderLines } from "./known";
import type { Deed, Wish } from "./ledger-records";
import { reachable } from "./order-status";
import type { Plan, Situation } from "./plan";

/** How many orders are kept to be sent again; old ones must be repeatable too, so this spans minutes. */
const KEPT_ORDERS = 2000;

export function order(situation: Situation): Plan | undefined {
  const { random, known, people } = situation;
  const session = known.anySession(random);
  if (session === undefined || known.products.length === 0) return undefined;
  const lines = basket(situation);
  if (lines.length === 0) return undefined;
  const promotion =
    people.promotions.length > 0 && random.chance(0.12) ? random.pick(people.promotions) : undefined;
  const wish = { action: "order", email: session.email, lines, ...(promotion && { promotion }) } as const;
  return orderPlan(situation, situation.nextKey(), wish);
}

/** The request of an order wish under its key; the same for the first time and for every later one. */
function orderPlan(situation: Situation, key: string, wish: Extract<Wish, { action: "order" }>): Plan {
  const { known, sent } = situation;
  const { email, lines, promotion } = wish;
  const body = { lines, ...(promotion === undefined ? {} : { promotion }) };
  return {
    kind: "order",
    key,
    wish,
    repeatable: true,
    // Too small an order for its promotion.
    ...(promotion === undefined ? {} : { alsoRefused: [422] }),
    request: { method: "POST", path: "/api/orders", token: known.token(email), idempotencyKey: key, body },
    understand: (answer) => {
      const made = read(ANSWERS.order, answer);
      checkNewOrder(wish, made);
      return {
        deed: orderDeed(made),
        remember: () => {
          known.addOrder(knownOrder(made, email, true));
          sent.push({ key, email, body, answer: made });
          if (sent.length > KEPT_ORDERS) sent.splice(0, KEPT_ORDERS / 2);
        },
      };
    },
    refused: (answer) => {
      const { sku } = soldOut(answer);
      if (sku !== undefined) known.soldOut(sku);
    },
  };
}

export function repeat({ random, known, sent }: Situation): Plan | undefined {
  if (sent.length === 0) return undefined;
  const { key, email, body, answer: first } = random.pick(sent);
  const order = knownOrder(first, email, true);
  return {
    kind: "repeat",
    request: { method: "POST", path: "/api/orders", token: known.token(email), idempotencyKey: key, body },
    understand: (answer) => {
      const again = read(ANSWERS.order, answer);
      const wrong = contradiction(order, first.status, again);
      if (wrong !== undefined) throw new ContractBroken(`sent again under its key: ${wrong}`);
      return {};
    },
  };
}

export function payment(situation: Situation): Plan | undefined {
  const { random, known } = situation;
  const order = known.anyOrder(random, (each) => each.own && each.status === "placed" && !each.busy);
  if (order === undefined) return undefined;
  order.busy = true;
  const method = random.pick(["card", "card", "transfer", "wallet"]);
  const wish = { action: "payment", email: order.email, order: order.number, method } as const;
  return paymentPlan(situation, situation.nextKey(), wish, order);
}

/** The request of a payment wish under its key. `order` is unknown when the wish comes from an earlier run. */
function paymentPlan(
  { known }: Situation,
  key: string,
  wish: Extract<Wish, { action: "payment" }>,
  order?: KnownOrder,
): Plan {
  return {
    kind: "payment",
    key,
    wish,
    repeatable: true,
    request: {
      method: "POST",
      path: `/api/orders/${wish.order}/payment`,
      token: known.token(wish.email),
      idempotencyKey: key,
      body: { method: wish.method },
    },
    understand: (answer) => {
      const paid = read(ANSWERS.order, answer);
      const wrong = order ? contradiction(order, "paid", paid) : wrongNumber(wish.order, paid);
      if (wrong !== undefined) throw new ContractBroken(wrong);
      const { amount: total, currency } = paid.total;
      return {
        deed: { action: "payment", status: paid.status, total, currency },
        remember: () => moveOn(order, paid),
      };
    },
    refused: (answer) => {
      // A declined payment may be tried again; a refused one may not.
      if (order !== undefined && answer.status === 402) order.busy = false;
    },
  };
}

export function cancellation(situation: Situation): Plan | undefined {
  const { random, known } = situation;
  const order = known.anyOrder(
    random,
    (each) => each.own && !each.busy && (each.status === "placed" || each.status === "paid"),
  );
  if (order === undefined) return undefined;
  order.busy = true;
  const wish = { action: "cancellation", email: order.email, order: order.number } as const;
  return cancellationPlan(situation, situation.nextKey(), wish, order);
}

function cancellationPlan(
  { known }: Situation,
  key: string,
  wish: Extract<Wish, { action: "cancellation" }>,
  order?: KnownOrder,
): Plan {
  return {
    kind: "cancellation",
    key,
    wish,
    repeatable: true,
    request: {
      method: "POST",
      path: `/api/orders/${wish.order}/cancellation`,
      token: known.token(wish.email),
    },
    understand: (answer) => {
      const cancelled = read(ANSWERS.order, answer);
      const wrong = order ? contradiction(order, "cancelled", cancelled) : wrongNumber(wish.order, cancelled);
      if (wrong !== undefined) throw new ContractBroken(wrong);
      return {
        deed: { action: "cancellation", status: cancelled.status },
        remember: () => moveOn(order, cancelled),
      };
    },
  };
}

/** The plan of a wish that the shop answers the same however often it is sent under its key; undefined for others. */
export function repeatablePlan(situation: Situation, key: string, wish: Wish): Plan | undefined {
  if (wish.action === "order") return orderPlan(situation, key, wish);
  const order = "order" in wish ? situation.known.orders.get(wish.order) : undefined;
  if (wish.action === "payment") return paymentPlan(situation, key, wish, order);
  if (wish.action === "cancellation") return cancellationPlan(situation, key, wish, order);
  return undefined;
}

function basket({ random, known }: Situation): { sku: string; quantity: number }[] {
  const size = 1 + random.skewed(5, 1.4);
  const chosen = new Map<string, number>();
  for (let attempt = 0; attempt < size * 3 && chosen.size < size; attempt++) {
    const product = known.products[random.skewed(known.products.length, 0.8)];
    if (product !== undefined && product.available > 0) chosen.set(product.sku, 1 + random.skewed(4, 1.8));
  }
  return [...chosen].map(([sku, quantity]) => ({ sku, quantity }));
}

/** A new order must hold what was asked for, and its figures must add up. */
function checkNewOrder(wish: Extract<Wish, { action: "order" }>, made: OrderAnswer): void {
  const asked = new Map(wish.lines.map(({ sku, quantity }) => [sku, quantity]));
  const got = new Map(made.lines.map(({ sku, quantity }) => [sku, quantity]));
  if (asked.size !== got.size || [...asked].some(([sku, quantity]) => got.get(sku) !== quantity))
    throw new ContractBroken(`order ${made.number} does not hold what was asked for`);
  for (const line of made.lines)
    if (line.total.amount !== line.price.amount * line.quantity)
      throw new ContractBroken(
        `order ${made.number}: ${line.sku} costs ${line.total.amount}, not price × quantity`,
      );
  const sum = made.lines.reduce((total, line) => total + line.total.amount, 0);
  if (made.total.amount !== sum - made.discount.amount)
    throw new ContractBroken(
      `order ${made.number}: total ${made.total.amount} is not ${sum} less ${made.discount.amount}`,
    );
}

function orderDeed(made: OrderAnswer): Deed {
  return {
    action: "order",
    number: made.number,
    status: made.status,
    lines: orderLines(made),
    discount: made.discount.amount,
    total: made.total.amount,
    currency: made.total.currency,
    ...(made.promotion ? { promotion: made.promotion } : {}),
  };
}

function moveOn(order: KnownOrder | undefined, answer: OrderAnswer): void {
  if (order === undefined) return;
  order.busy = false;
  if (reachable(order.status, answer.status)) order.status = answer.status;
}

function wrongNumber(asked: string, answer: OrderAnswer): string | undefined {
  return answer.number === asked ? undefined : `asked for order ${asked}, got ${answer.number}`;
}

function soldOut(answer: Answer): { sku?: string } {
  try {
    const body = JSON.parse(answer.text) as { sku?: unknown };
    return typeof body.sku === "string" ? { sku: body.sku } : {};
  } catch {
    return {};
  }
}

import { ANSWERS, read } from "./contract";
import type { KnownOrder } from "./known";
import type { Plan, Situation } from "./plan";

export function review({ random, known, nextKey }: Situation): Plan | undefined {
  const item = deliveredItem(random, known, "reviewed");
  if (item === undefined) return undefined;
  const key = nextKey();
  const rating = random.pick([5, 5, 5, 4, 4, 3, 2, 1]);
  // The key makes the text unique, so that the audit finds this very review in either model.
  const text = `${random.pick(REVIEW_TEXTS)} (${key})`;
  const { email, number, sku, own } = item;
  return {
    kind: "review",
    key,
    wish: { action: "review", email, order: number, sku, rating, text },
    request: {
      method: "POST",
      path: "/api/reviews",
      token: known.token(email),
      body: { order: number, sku, rating, text },
    },
    ...(own ? {} : { alsoRefused: NOT_OUR_ORDER }),
    understand: (answer) => ({ deed: { action: "review", id: read(ANSWERS.made, answer).id } }),
  };
}

export function sendBack({ random, known, nextKey }: Situation): Plan | undefined {
  const item = deliveredItem(random, known, "returned");
  if (item === undefined) return undefined;
  const key = nextKey();
  const reason = `${random.pick(RETURN_REASONS)} (${key})`;
  const { email, number, sku, own } = item;
  return {
    kind: "return",
    key,
    wish: { action: "return", email, order: number, sku, quantity: 1, reason },
    request: {
      method: "POST",
      path: "/api/returns",
      token: known.token(email),
      body: { order: number, sku, quantity: 1, reason },
    },
    ...(own ? {} : { alsoRefused: NOT_OUR_ORDER }),
    understand: (answer) => ({ deed: { action: "return", id: read(ANSWERS.made, answer).id } }),
  };
}

function deliveredItem(
  random: Situation["random"],
  known: Situation["known"],
  done: "reviewed" | "returned",
): { email: string; number: string; sku: string; own: boolean } | undefined {
  const open = (order: KnownOrder): string | undefined =>
    order.lines.find((line) => line.quantity > 0 && !order[done].has(line.sku))?.sku;
  const order = known.anyOrder(random, (each) => each.status === "delivered" && open(each) !== undefined);
  const sku = order === undefined ? undefined : open(order);
  if (order === undefined || sku === undefined) return undefined;
  order[done].add(sku);
  return { email: order.email, number: order.number, sku, own: order.own };
}

// An order from before the load may be one that a newer release set aside or cleaned.
const NOT_OUR_ORDER = [404, 422];

const REVIEW_TEXTS = [
  "Just as described.",
  "Good value.",
  "Arrived late, works well.",
  "Not what I hoped for.",
  "Great!",
];
const RETURN_REASONS = ["does not fit", "damaged on arrival", "not as described", "changed my mind"];

import type { Entry } from "../ledger-reader";
import type { Deed, Wish } from "../ledger-records";
import { reachableFrom, type Status } from "../order-status";

type Of<T extends Wish | Deed, A extends Wish["action"]> = Extract<T, { action: A }>;
export type Outcome = Entry["outcome"];

/** An order somebody asked for, with everything later said about it. */
export interface ExpectedOrder {
  readonly key: string;
  readonly outcome: Outcome;
  readonly wish: Of<Wish, "order">;
  readonly deed: Of<Deed, "order"> | undefined;
  /** Keys of acknowledged payments; more than one means paid twice. */
  readonly payments: string[];
  /** A payment or cancellation was asked for, whatever came of it. */
  paymentAsked: boolean;
  cancellationAsked: boolean;
  /** Keys of acknowledged cancellations. */
  readonly cancellations: string[];
}

export interface ExpectedItem<A extends "review" | "return" | "registration"> {
  readonly key: string;
  readonly outcome: Outcome;
  readonly wish: Of<Wish, A>;
  readonly deed: Of<Deed, A> | undefined;
}

/** The ledger, arranged by what finds each thing in a database. */
export interface Expected {
  /** By idempotency key. */
  readonly orders: Map<string, ExpectedOrder>;
  /** By their text, which holds the key. */
  readonly reviews: Map<string, ExpectedItem<"review">>;
  /** By their reason, which holds the key. */
  readonly returns: Map<string, ExpectedItem<"return">>;
  /** By e-mail. */
  readonly registrations: Map<string, ExpectedItem<"registration">>;
}

export function expected(entries: readonly Entry[]): Expected {
  const result: Expected = {
    orders: new Map(),
    reviews: new Map(),
    returns: new Map(),
    registrations: new Map(),
  };
  const byNumber = new Map<string, ExpectedOrder>();
  for (const { key, outcome, wish, deed } of entries) {
    if (wish.action === "order") {
      const made = deed?.action === "order" ? deed : undefined;
      const order = {
        key,
        outcome,
        wish,
        deed: made,
        payments: [],
        cancellations: [],
        paymentAsked: false,
        cancellationAsked: false,
      };
      result.orders.set(key, order);
      if (made !== undefined) byNumber.set(made.number, order);
    }
    if (wish.action === "review")
      result.reviews.set(wish.text, { key, outcome, wish, deed: deed as Of<Deed, "review"> });
    if (wish.action === "return")
      result.returns.set(wish.reason, { key, outcome, wish, deed: deed as Of<Deed, "return"> });
    if (wish.action === "registration")
      result.registrations.set(wish.email, { key, outcome, wish, deed: deed as Of<Deed, "registration"> });
  }
  for (const { key, outcome, wish } of entries) {
    if (wish.action !== "payment" && wish.action !== "cancellation") continue;
    const order = byNumber.get(wish.order);
    if (order === undefined) continue;
    if (wish.action === "payment") order.paymentAsked = true;
    else order.cancellationAsked = true;
    if (outcome === "acknowledged")
      (wish.action === "payment" ? order.payments : order.cancellations).push(key);
  }
  return result;
}

/** Every status such an order may have, by what was acknowledged and what was asked for. */
export function possibleStatuses(order: ExpectedOrder): Set<Status> {
  const from: Status =
    order.cancellations.length > 0 ? "cancelled" : order.payments.length > 0 ? "paid" : "placed";
  const possible = new Set(reachableFrom(from));
  if (!order.cancellationAsked) possible.delete("cancelled");
  // Whoever never tried to pay has an order that waits or ended.
  if (!order.paymentAsked)
    for (const later of reachableFrom("paid")) if (later !== "cancelled") possible.delete(later);
  return possible;
}

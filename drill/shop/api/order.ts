import type { Money } from "../common/money";

export const ORDER_STATUSES = [
  "placed",
  "paid",
  "shipped",
  "delivered",
  "cancelled",
  "expired",
  "returned",
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export type PaymentState = "pending" | "authorised" | "captured" | "declined" | "refunding" | "refunded";

/** A line as it was ordered; `price` is minor units a piece. */
export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: number;
}

export interface Payment {
  readonly method: string | null;
  readonly reference: string | null;
  readonly state: PaymentState | null;
  /** Scoped idempotency key of the request that paid. */
  readonly key: string | null;
}

/** An order as a release keeps it, in the terms both releases share. Amounts are minor units. */
export interface Order {
  readonly number: string;
  readonly status: OrderStatus;
  readonly placedAt: Date;
  readonly lines: readonly OrderLine[];
  readonly discount: number;
  readonly total: number;
  readonly currency: string;
  /** Upper case. */
  readonly promotion: string | null;
  readonly payment: Payment;
}

export interface PublicOrder {
  readonly number: string;
  readonly status: OrderStatus;
  readonly placedAt: string;
  readonly lines: readonly { sku: string; name: string; quantity: number; price: Money; total: Money }[];
  readonly discount: Money;
  readonly total: Money;
  readonly promotion?: string;
}

/** The order as customers see it, in its present state or as it was in an earlier one. */
export function publicOrder(order: Order, status: OrderStatus = order.status): PublicOrder {
  const money = (amount: number): Money => ({ amount, currency: order.currency });
  return {
    number: order.number,
    status,
    placedAt: order.placedAt.toISOString(),
    lines: order.lines.map(({ sku, name, quantity, price }) => ({
      sku,
      name,
      quantity,
      price: money(price),
      total: money(price * quantity),
    })),
    discount: money(order.discount),
    total: money(order.total),
    ...(order.promotion === null ? {} : { promotion: order.promotion }),
  };
}

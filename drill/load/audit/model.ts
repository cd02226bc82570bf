import type { Status } from "../order-status";

/** An order as a data model holds it; amounts are whole minor units. */
export interface FoundOrder {
  readonly id: number;
  readonly number: string;
  readonly key: string | null;
  readonly email: string;
  readonly status: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly price: number }[];
  readonly discount: number;
  readonly total: number;
  readonly currency: string;
  readonly promotion: string | null;
  readonly paymentState: string | null;
  readonly paymentKey: string | null;
}

export interface FoundReview {
  readonly id: number;
  readonly order: string | null;
  readonly email: string | null;
  readonly sku: string;
  readonly rating: number;
  readonly text: string;
}

export interface FoundReturn {
  readonly id: number;
  readonly order: string | null;
  readonly email: string | null;
  readonly sku: string;
  readonly quantity: number;
  readonly reason: string;
}

export interface FoundCustomer {
  readonly id: number;
  readonly email: string | null;
}

/** A row as the driver gives it: text or null, for all columns are cast to text. */
export type TextRow = Readonly<Record<string, string | null>>;

/**
 * How a data model is asked. Each query of rows takes the id after which to begin ($1) and the most rows wanted ($2),
 * in the order of ids as numbers, and gives text columns.
 */
export interface Model {
  readonly schema: string;
  readonly orders: string;
  readonly reviews: string;
  readonly returns: string;
  readonly customers: string;
  /** `sku`, `stock` of each product that has a stock a shop can have. */
  readonly stock: string;
  /** `id`, `lines` of each order that can still be given up, so that its goods go back into stock. */
  readonly open: string;
  /** `id` of those of the orders $1 (bigint[]) that have been given up. */
  readonly givenUp: string;
  /** The highest ids: `orders`, `reviews`, `returns`, `customers`. */
  readonly newest: string;
  readOrder(row: TextRow): FoundOrder;
  readLines(text: string | null): FoundOrder["lines"];
}

/** States in which an order's goods are back in stock. */
export const GIVEN_UP: ReadonlySet<string> = new Set<Status>(["cancelled", "expired"]);

/** The key a customer sent. A shop keeps it with the customer's id before it, so that keys are unique across customers. */
export function sentKey(kept: string | null | undefined): string | null {
  return kept?.replace(/^\d+:/, "") ?? null;
}

/** A decimal number as whole minor units; NaN when it is none. */
export function minor(decimal: string | null): number {
  return decimal === null ? 0 : Math.round(Number(decimal) * 100);
}

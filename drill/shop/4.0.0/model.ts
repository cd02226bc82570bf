import type { Statement } from "../common/database";

/** A release that works on the data model of 4.0.0 or one close to it, and how that model differs. */
export interface Model {
  readonly release: string;
  readonly schema: string;
  /** E-mail addresses of customers: the columns that hold one, SQL for their values given one, and SQL for the whole. */
  readonly email: {
    readonly columns: string;
    values(parameter: string): string;
    whole(row: string): string;
  };
  /** Statements on an order: $1 is its number, $2 the instant it was delivered. `shipped` gives the order's id. */
  readonly shipped: string;
  readonly delivered: string;
}

/** Takes the locks both releases take before they change stock: one a SKU, in the order of their numbers. */
export const LOCK_STOCK: Statement = {
  name: "lock-stock",
  text: `SELECT pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT hashtext(sku) AS key FROM unnest($1::text[]) AS sku ORDER BY key) AS keys`,
};

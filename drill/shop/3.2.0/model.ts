import type { Statement } from "../common/database";

export const RELEASE = { release: "3.2.0", schema: "shop_v3" } as const;

/** Takes the locks both releases take before they change stock: one a SKU, in the order of their numbers. */
export const LOCK_STOCK: Statement = {
  name: "lock-stock",
  text: `SELECT pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT hashtext(sku) AS key FROM unnest($1::text[]) AS sku ORDER BY key) AS keys`,
};

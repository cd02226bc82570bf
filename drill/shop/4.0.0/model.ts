import type { Statement } from "../common/database";

export const RELEASE = "4.0.0";
/** PostgreSQL schema of this release's data model. */
export const SCHEMA = "shop_v4";

/** Takes the locks both releases take before they change stock: one a SKU, in the order of their numbers. */
export const LOCK_STOCK: Statement = {
  name: "lock-stock",
  text: `SELECT pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT hashtext(sku) AS key FROM unnest($1::text[]) AS sku ORDER BY key) AS keys`,
};

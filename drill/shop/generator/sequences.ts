import type pg from "pg";

/** Sequences of the old model and the tables they number. */
const SEQUENCES = {
  customer_id: "customers",
  order_id: "orders",
  promotion_id: "promotions",
  shipment_id: "shipments",
  review_id: "reviews",
  return_id: "after_sales",
} as const;

/** Sets every sequence of the old model behind the rows that are there. */
export async function setSequences(client: pg.Client): Promise<void> {
  for (const [sequence, table] of Object.entries(SEQUENCES))
    await client.query(
      `SELECT setval('shop_v3.${sequence}', greatest(max(id), 1), max(id) IS NOT NULL) FROM shop_v3.${table}`,
    );
}

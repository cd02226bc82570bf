import type { Model } from "../4.0.0/model";
import { forgetting } from "../4.0.0/originals";

/** The programs of 4.0.0 on a model that keeps e-mails in two columns and times of delivery in a table of their own. */
export const RELEASE: Model = {
  release: "4.1.0",
  schema: "shop_v5",
  email: {
    columns: "email_local, email_domain",
    values: (parameter) => `split_part(${parameter}, '@', 1), split_part(${parameter}, '@', 2)`,
    whole: (row) => `${row}.email_local || '@' || ${row}.email_domain`,
  },
  shipped: `WITH shipped AS (
      UPDATE orders SET status = 'shipped', originals = ${forgetting("status", "shipped")}
      WHERE number = $1 AND status = 'paid' RETURNING id)
    INSERT INTO deliveries (order_id, shipped_at) SELECT id, now() FROM shipped
    ON CONFLICT (order_id) DO UPDATE SET shipped_at = excluded.shipped_at RETURNING order_id AS id`,
  delivered: `WITH delivered AS (
      UPDATE orders SET status = 'delivered', originals = ${forgetting("status", "delivered")}
      WHERE number = $1 AND status = 'shipped' RETURNING id)
    INSERT INTO deliveries (order_id, delivered_at) SELECT id, $2::timestamptz FROM delivered
    ON CONFLICT (order_id) DO UPDATE SET delivered_at = excluded.delivered_at`,
};

import type { Model } from "./model";
import { forgetting } from "./originals";

export const RELEASE: Model = {
  release: "4.0.0",
  schema: "shop_v4",
  email: {
    columns: "email",
    values: (parameter) => parameter,
    whole: (row) => `${row}.email`,
  },
  shipped: `UPDATE orders SET status = 'shipped', shipped_at = now(), originals = ${forgetting("status", "shipped")}
    WHERE number = $1 AND status = 'paid' RETURNING id`,
  delivered: `UPDATE orders SET status = 'delivered', delivered_at = $2, originals = ${forgetting("status", "delivered")}
    WHERE number = $1 AND status = 'shipped'`,
};

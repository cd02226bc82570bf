import { type FoundOrder, type Model, sentKey } from "./model";

const LINES = `(SELECT json_agg(json_build_object('sku', sku, 'quantity', quantity, 'price', price_minor) ORDER BY position)
                FROM shop_v4.order_lines l WHERE l.order_id = o.id)::text AS lines`;

/** The data model of release 4.0.0. */
export const newModel: Model = {
  schema: "shop_v4",
  orders: `
    SELECT o.id::text, o.number, o.idempotency_key AS key, o.contact_email AS email, o.status, ${LINES},
           o.discount_minor::text AS discount, o.total_minor::text AS total, o.currency,
           coalesce(p.code, o.originals->>'promotion') AS promotion, y.state AS payment_state, y.idempotency_key AS payment_key
    FROM shop_v4.orders o
      LEFT JOIN shop_v4.payments y ON y.order_id = o.id
      LEFT JOIN shop_v4.promotion_redemptions d ON d.order_id = o.id
      LEFT JOIN shop_v4.promotions p ON p.id = d.promotion_id
    WHERE o.id > $1 ORDER BY o.id LIMIT $2`,
  reviews: `
    SELECT r.id::text, o.number AS "order", o.contact_email AS email, r.sku, r.rating::text, r.text
    FROM shop_v4.reviews r LEFT JOIN shop_v4.orders o ON o.id = r.order_id
    WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
  returns: `
    SELECT r.id::text, o.number AS "order", o.contact_email AS email, r.sku, r.quantity::text, r.reason
    FROM shop_v4.returns r LEFT JOIN shop_v4.orders o ON o.id = r.order_id
    WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
  customers: `
    SELECT id::text, email FROM (
      SELECT id, email FROM shop_v4.customers WHERE id > $1
      UNION ALL SELECT id, lower(btrim(email)) FROM shop_v4.customer_aliases WHERE id > $1
    ) AS people ORDER BY people.id LIMIT $2`,
  stock: "SELECT sku, available::text AS stock FROM shop_v4.stock WHERE originals IS NULL",
  open: `SELECT o.id::text, ${LINES} FROM shop_v4.orders o WHERE o.status IN ('placed', 'paid')`,
  givenUp: `
    SELECT id::text FROM shop_v4.orders WHERE id = ANY($1::bigint[]) AND status IN ('cancelled', 'expired')`,
  newest: `
    SELECT (SELECT max(id) FROM shop_v4.orders)::text AS orders, (SELECT max(id) FROM shop_v4.reviews)::text AS reviews,
           (SELECT max(id) FROM shop_v4.returns)::text AS returns, (SELECT max(id) FROM shop_v4.customers)::text AS customers`,
  readOrder: (row) => ({
    id: Number(row.id),
    number: row.number ?? "",
    key: sentKey(row.key),
    email: row.email ?? "",
    status: row.status ?? "",
    lines: newModel.readLines(row.lines ?? null),
    discount: Number(row.discount),
    total: Number(row.total),
    currency: row.currency ?? "",
    promotion: row.promotion ?? null,
    paymentState: row.payment_state ?? null,
    paymentKey: sentKey(row.payment_key),
  }),
  readLines: (text) => JSON.parse(text ?? "[]") as FoundOrder["lines"],
};

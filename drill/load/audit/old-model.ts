import { type Model, minor, sentKey } from "./model";

/** The data model of release 3.2.0. What the load makes there is in the canonical forms of its schema. */
export const oldModel: Model = {
  schema: "shop_v3",
  orders: `
    SELECT id::text, number, idempotency_key AS key, customer_email AS email, status, lines,
           discount::text, total::text, currency, promotion, payment_state, payment_key
    FROM shop_v3.orders o WHERE o.id > $1 ORDER BY o.id LIMIT $2`,
  reviews: `
    SELECT r.id::text, r.order_number AS "order", o.customer_email AS email, r.sku, r.rating::text, r.text
    FROM shop_v3.reviews r LEFT JOIN shop_v3.orders o ON o.number = r.order_number
    WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
  returns: `
    SELECT r.id::text, r.order_number AS "order", o.customer_email AS email, r.sku, r.quantity::text, r.reason
    FROM shop_v3.after_sales r LEFT JOIN shop_v3.orders o ON o.number = r.order_number
    WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
  customers: `
    SELECT id::text, lower(btrim(email)) AS email FROM shop_v3.customers c WHERE c.id > $1 ORDER BY c.id LIMIT $2`,
  stock: "SELECT sku, stock::text FROM shop_v3.products WHERE stock >= 0",
  open: `
    SELECT id::text, lines FROM shop_v3.orders WHERE lower(btrim(status)) IN ('placed', 'paid', 'bezahlt')`,
  givenUp: `
    SELECT id::text FROM shop_v3.orders
    WHERE id = ANY($1::bigint[]) AND lower(btrim(status)) IN ('cancelled', 'canceled', 'storniert', 'expired')`,
  newest: `
    SELECT (SELECT max(id) FROM shop_v3.orders)::text AS orders, (SELECT max(id) FROM shop_v3.reviews)::text AS reviews,
           (SELECT max(id) FROM shop_v3.after_sales)::text AS returns, (SELECT max(id) FROM shop_v3.customers)::text AS customers`,
  readOrder: (row) => ({
    id: Number(row.id),
    number: row.number ?? "",
    key: sentKey(row.key),
    email: row.email ?? "",
    status: row.status ?? "",
    lines: oldModel.readLines(row.lines ?? null),
    discount: minor(row.discount ?? null),
    total: minor(row.total ?? null),
    currency: row.currency ?? "",
    promotion: row.promotion ?? null,
    paymentState: row.payment_state ?? null,
    paymentKey: sentKey(row.payment_key),
  }),
  readLines: (text) => {
    let lines: unknown;
    try {
      lines = JSON.parse(text ?? "[]");
    } catch {
      return [];
    }
    if (!Array.isArray(lines)) return [];
    return lines.map(({ sku, qty, price }: { sku: unknown; qty: unknown; price: unknown }) => ({
      sku: String(sku),
      quantity: Number(qty),
      price: minor(String(price)),
    }));
  },
};

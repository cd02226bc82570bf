import { type FoundOrder, type Model, sentKey } from "./model";

const readLines = (text: string | null): FoundOrder["lines"] =>
  JSON.parse(text ?? "[]") as FoundOrder["lines"];

const linesOf = (
  schema: string,
): string => `(SELECT json_agg(json_build_object('sku', sku, 'quantity', quantity, 'price', price_minor) ORDER BY position)
                FROM ${schema}.order_lines l WHERE l.order_id = o.id)::text AS lines`;

/** The data model of release 4.0.0, and of releases close to it. `email` is SQL for the e-mail of a row of customers. */
const newModel = (schema: string, email: string): Model => ({
  schema,
  orders: `
    SELECT o.id::text, o.number, o.idempotency_key AS key, o.contact_email AS email, o.status, ${linesOf(schema)},
           o.discount_minor::text AS discount, o.total_minor::text AS total, o.currency,
           coalesce(p.code, o.originals->>'promotion') AS promotion, y.state AS payment_state, y.idempotency_key AS payment_key
    FROM ${schema}.orders o
      LEFT JOIN ${schema}.payments y ON y.order_id = o.id
      LEFT JOIN ${schema}.promotion_redemptions d ON d.order_id = o.id
      LEFT JOIN ${schema}.promotions p ON p.id = d.promotion_id
    WHERE o.id > $1 ORDER BY o.id LIMIT $2`,
  reviews: `
    SELECT r.id::text, o.number AS "order", o.contact_email AS email, r.sku, r.rating::text, r.text
    FROM ${schema}.reviews r LEFT JOIN ${schema}.orders o ON o.id = r.order_id
    WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
  returns: `
    SELECT r.id::text, o.number AS "order", o.contact_email AS email, r.sku, r.quantity::text, r.reason
    FROM ${schema}.returns r LEFT JOIN ${schema}.orders o ON o.id = r.order_id
    WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
  customers: `
    SELECT id::text, email FROM (
      SELECT id, ${email} AS email FROM ${schema}.customers WHERE id > $1
      UNION ALL SELECT id, lower(btrim(email)) FROM ${schema}.customer_aliases WHERE id > $1
    ) AS people ORDER BY people.id LIMIT $2`,
  stock: `SELECT sku, available::text AS stock FROM ${schema}.stock WHERE originals IS NULL`,
  open: `SELECT o.id::text, ${linesOf(schema)} FROM ${schema}.orders o WHERE o.status IN ('placed', 'paid')`,
  givenUp: `
    SELECT id::text FROM ${schema}.orders WHERE id = ANY($1::bigint[]) AND status IN ('cancelled', 'expired')`,
  newest: `
    SELECT (SELECT max(id) FROM ${schema}.orders)::text AS orders, (SELECT max(id) FROM ${schema}.reviews)::text AS reviews,
           (SELECT max(id) FROM ${schema}.returns)::text AS returns, (SELECT max(id) FROM ${schema}.customers)::text AS customers`,
  readOrder: (row) => ({
    id: Number(row.id),
    number: row.number ?? "",
    key: sentKey(row.key),
    email: row.email ?? "",
    status: row.status ?? "",
    lines: readLines(row.lines ?? null),
    discount: Number(row.discount),
    total: Number(row.total),
    currency: row.currency ?? "",
    promotion: row.promotion ?? null,
    paymentState: row.payment_state ?? null,
    paymentKey: sentKey(row.payment_key),
  }),
  readLines,
});

export const newModels: readonly Model[] = [
  newModel("shop_v4", "email"),
  newModel("shop_v5", "email_local || '@' || email_domain"),
];

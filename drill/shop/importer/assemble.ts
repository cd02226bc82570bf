import type pg from "pg";
import { DRILL_PASSWORD_HASH } from "../common/password";
import { STAFF_EMAIL } from "../generator/customers";
import { TARGETS, type TargetName } from "./fields";
import { STAGING } from "./staging";

/** A staged row that is not loaded. `field` is the field of the target at fault. */
export interface StagedReject {
  readonly file: number;
  readonly target: number;
  readonly line: number;
  readonly field: string;
  readonly value: string;
  /** For a repeated key the line that was first; null when what the row refers to is not there. */
  readonly first: number | null;
}

/** Staged rows with the key of an earlier one, the line of that one beside them. */
export function repeatsQuery(into: TargetName): string | undefined {
  const [field, ...more] = TARGETS[into].key;
  if (field === undefined) return undefined;
  const key = [field, ...more].map((name) => `coalesce("${name}", '')`).join(", ");
  return `
    SELECT file, target, line, '${field}' AS field, "${field}" AS value, first FROM (
      SELECT file, target, line, "${field}", first_value(line) OVER same AS first, row_number() OVER same AS place
      FROM ${STAGING}.${into} WINDOW same AS (PARTITION BY ${key} ORDER BY seq)
    ) AS staged WHERE place > 1 ORDER BY file, line`;
}

/** Lines of orders that no row tells of: the old model has no place for them. */
export const ORPHAN_LINES = `
  SELECT l.file, l.target, l.line, 'order' AS field, l."order" AS value, NULL::bigint AS first
  FROM ${STAGING}.lines l WHERE NOT EXISTS (SELECT FROM ${STAGING}.orders o WHERE o.number = l."order")
  ORDER BY l.file, l.line, l.seq`;

const CUSTOMERS = [
  `CREATE TABLE ${STAGING}.people AS
   SELECT row_number() OVER (ORDER BY seq) AS id, * FROM (
     SELECT DISTINCT ON (key) * FROM ${STAGING}.customers ORDER BY key, seq) AS first`,
  `CREATE INDEX ON ${STAGING}.people (key)`,
  `ANALYZE ${STAGING}.people`,
  `INSERT INTO shop_v3.customers (id, email, name, phone, address, role, password_hash, registered)
   SELECT id, email, name, phone, address, NULL, '${DRILL_PASSWORD_HASH}', registered FROM ${STAGING}.people ORDER BY id`,
  // Somebody must be able to read the statistics.
  `INSERT INTO shop_v3.customers (id, email, name, role, password_hash)
   SELECT count(*) + 1, '${STAFF_EMAIL}', 'Staff Member', 'staff', '${DRILL_PASSWORD_HASH}' FROM ${STAGING}.people`,
];

const PRODUCTS = [
  `INSERT INTO shop_v3.products (sku, name, category, description, price, stock, active, created, updated)
   SELECT DISTINCT ON (sku) sku, name, category, description, price, stock, active, created, created
   FROM ${STAGING}.products ORDER BY sku, seq`,
];

const PROMOTIONS = [
  `INSERT INTO shop_v3.promotions (id, code, description, percent, amount, minimum, valid_from, valid_to)
   SELECT row_number() OVER (ORDER BY seq), code, description, percent, amount, minimum, "validFrom", "validTo"
   FROM (SELECT DISTINCT ON (code) * FROM ${STAGING}.promotions ORDER BY code, seq) AS first`,
];

// Lines become the canonical JSON text of the old model; a price keeps the decimals it has, but never fewer than two.
const ORDERS = [
  `CREATE INDEX ON ${STAGING}.orders (number)`,
  `ANALYZE ${STAGING}.orders`,
  `CREATE TABLE ${STAGING}.baskets AS
   SELECT l."order", sum(l.quantity * l.price) AS sum,
     '[' || string_agg(format('{"sku":%s,"name":%s,"qty":%s,"price":"%s"}', to_json(l.sku), to_json(coalesce(l.name, p.name, '')),
       l.quantity, CASE WHEN scale(l.price) <= 2 THEN round(l.price, 2) ELSE trim_scale(l.price) END), ',' ORDER BY l.seq) || ']' AS lines
   FROM ${STAGING}.lines l LEFT JOIN shop_v3.products p ON p.sku = l.sku GROUP BY l."order"`,
  `CREATE INDEX ON ${STAGING}.baskets ("order")`,
  `ANALYZE ${STAGING}.baskets`,
  `INSERT INTO shop_v3.orders (id, number, customer_id, customer_name, customer_email, customer_phone, ship_to, lines, discount, total,
     currency, promotion, status, created, paid, shipped, delivered, closed, payment_method, payment_state, note)
   SELECT row_number() OVER (ORDER BY o.placed, o.seq), o.number, c.id, coalesce(o.name, c.name), coalesce(o.email, c.email),
     coalesce(o.phone, c.phone), coalesce(o."shipTo", c.address), coalesce(b.lines, '[]'), o.discount,
     coalesce(o.total, round(coalesce(b.sum, 0) - coalesce(o.discount, 0), 2)), coalesce(o.currency, 'EUR'), o.promotion, o.status,
     o.placed, o.paid, o.shipped, o.delivered, o.closed, o."paymentMethod",
     CASE WHEN o.status IN ('paid', 'shipped', 'delivered', 'returned') THEN 'captured'
          WHEN o.status = 'cancelled' AND o.paid IS NOT NULL THEN 'refunded' END, o.note
   FROM (SELECT DISTINCT ON (number) * FROM ${STAGING}.orders ORDER BY number, seq) AS o
     LEFT JOIN ${STAGING}.people c ON c.key = o.customer LEFT JOIN ${STAGING}.baskets b ON b."order" = o.number`,
  // What is paid and not sent waits for the logistics worker, as it would in the shop itself.
  `INSERT INTO shop_v3.work (worker, kind, subject) SELECT 'logistics', 'ship', number FROM shop_v3.orders WHERE status = 'paid'`,
];

const SHIPMENTS = [
  `CREATE TABLE ${STAGING}.journeys AS
   SELECT "order", min(at) AS began, max(at) AS ended, (array_agg(status ORDER BY at DESC, seq DESC))[1] AS status,
     string_agg(to_char(at, 'YYYY-MM-DD HH24:MI:SS') || '|' || status || '|' || regexp_replace(coalesce(location, ''), '[|\\r\\n]+', ' ', 'g'),
       E'\\n' ORDER BY at, seq) AS events
   FROM ${STAGING}.events GROUP BY "order"`,
  // Events belong to the first shipment of their order; where no row tells of one, they make it.
  `INSERT INTO shop_v3.shipments (id, order_number, carrier, tracking, status, events, created, updated)
   SELECT row_number() OVER (ORDER BY coalesce(s.created, j.began), s.seq, coalesce(s."order", j."order")), coalesce(s."order", j."order"),
     s.carrier, s.tracking, coalesce(s.status, j.status), coalesce(j.events, ''), coalesce(s.created, j.began), coalesce(s.updated, j.ended, s.created)
   FROM (SELECT *, row_number() OVER (PARTITION BY "order" ORDER BY seq) AS place FROM (
           SELECT DISTINCT ON ("order", tracking) * FROM ${STAGING}.shipments ORDER BY "order", tracking, seq) AS first) AS s
     FULL JOIN ${STAGING}.journeys j ON j."order" = s."order" AND s.place = 1`,
];

const AFTER_SALES = [
  `INSERT INTO shop_v3.reviews (id, order_number, customer_id, sku, rating, text, created)
   SELECT row_number() OVER (ORDER BY r.seq), r."order", coalesce(c.id, o.customer_id),
     coalesce(r.sku, CASE WHEN pg_input_is_valid(o.lines, 'json') THEN o.lines::json->0->>'sku' END), r.rating, r.text, r.created
   FROM ${STAGING}.reviews r LEFT JOIN ${STAGING}.people c ON c.key = r.customer LEFT JOIN shop_v3.orders o ON o.number = r."order"`,
  `INSERT INTO shop_v3.after_sales (id, order_number, customer_id, sku, quantity, reason, status, refund, created)
   SELECT row_number() OVER (ORDER BY r.seq), r."order", coalesce(c.id, o.customer_id), r.sku, r.quantity, r.reason, r.status, r.refund, r.created
   FROM ${STAGING}.returns r LEFT JOIN ${STAGING}.people c ON c.key = r.customer LEFT JOIN shop_v3.orders o ON o.number = r."order"`,
];

/** Orders that name a customer no row tells of; they are loaded as orders of guests. */
const STRANGERS = `
  SELECT count(DISTINCT o.number)::int AS count FROM ${STAGING}.orders o
  WHERE o.customer IS NOT NULL AND NOT EXISTS (SELECT FROM ${STAGING}.people c WHERE c.key = o.customer)`;

/** Makes the rows of the old model out of the staged ones. Part of the caller's transaction. */
export async function assemble(client: pg.Client): Promise<{ strangers: number }> {
  await client.query("SET LOCAL work_mem = '64MB'");
  for (const statement of [...CUSTOMERS, ...PRODUCTS, ...PROMOTIONS, ...ORDERS, ...SHIPMENTS, ...AFTER_SALES])
    await client.query(statement);
  return { strangers: (await client.query(STRANGERS)).rows[0].count };
}

import type { DirtKind } from "../../../drill/shop/generator/dirt";

const LINE = "(lines::json->0)";
const PARSES = "pg_input_is_valid(lines, 'json') AND json_array_length(lines::json) > 0";
const READABLE = "regexp_replace(regexp_replace(lower(btrim(email)), '^mailto:', ''), ' \\(at\\) ', '@')";
const STATUSES = "('placed', 'paid', 'shipped', 'delivered', 'cancelled', 'expired', 'returned')";
const OLD_SPELLINGS = "('complete', 'bezahlt', 'versendet', 'storniert', 'canceled')";
const HOUR_TWO =
  "extract(hour FROM t) = 2 AND extract(dow FROM t) = 0 AND extract(day FROM t) > 24 AND extract(month FROM t)";
const KNOWN = "EXISTS (SELECT FROM shop_v3.orders o WHERE o.number = order_number)";
const SUM = `(SELECT sum(abs((l->>'qty')::int) * replace(l->>'price', ',', '.')::numeric) FROM json_array_elements(lines::json) l)`;

/** How each kind of dirt is counted by looking at the rows alone. */
export const DIRT_QUERIES: Readonly<Record<DirtKind, string>> = {
  "email-capitals": "customers WHERE email <> lower(email) AND email LIKE '%@%'",
  "email-blanks": "customers WHERE email <> btrim(email)",
  "email-mailto": "customers WHERE email LIKE 'mailto:%'",
  "email-at-in-words": "customers WHERE email LIKE '% (at) %'",
  "email-empty": "customers WHERE coalesce(email, '') = ''",
  "email-nonsense": "customers WHERE email <> '' AND email NOT LIKE '%@%' AND email NOT LIKE '% (at) %'",
  "customer-duplicate": `(SELECT row_number() OVER (PARTITION BY ${READABLE} ORDER BY id) AS place FROM shop_v3.customers WHERE ${READABLE} LIKE '%@%') AS people WHERE place > 1`,
  "phone-format": "customers WHERE phone ~ '[0-9]{6}|[0-9]{3} [0-9]{3}' AND phone !~ '^\\+49[0-9]+$'",
  "phone-nonsense": "customers WHERE phone IN ('none', '---', '12', 'see e-mail')",
  "phone-missing": "customers WHERE phone IS NULL AND role IS DISTINCT FROM 'staff'",
  "address-unparsable": "customers WHERE btrim(address) <> '' AND address !~ '^.+, [0-9]{5} .+$'",
  "address-missing": "customers WHERE coalesce(btrim(address), '') = '' AND role IS DISTINCT FROM 'staff'",
  "name-blanks": "customers WHERE name <> btrim(name)",
  "name-missing": "customers WHERE name IS NULL",
  "role-empty": "customers WHERE role = ''",
  "product-price-missing": "products WHERE price IS NULL",
  "product-price-negative": "products WHERE price < 0",
  "product-stock-missing": "products WHERE stock IS NULL",
  "product-stock-negative": "products WHERE stock < 0",
  "promotion-duplicate":
    "(SELECT row_number() OVER (PARTITION BY upper(btrim(code)) ORDER BY id) AS place FROM shop_v3.promotions) AS codes WHERE place > 1",
  "promotion-without-value": "promotions WHERE percent IS NULL AND amount IS NULL",
  "currency-missing": "orders WHERE coalesce(currency, '') = ''",
  "currency-sign": "orders WHERE currency = '€'",
  "status-spelling": `orders WHERE status NOT IN ${STATUSES} AND (lower(btrim(status)) IN ${STATUSES} OR lower(btrim(status)) IN ${OLD_SPELLINGS})`,
  "status-unknown": `orders WHERE lower(btrim(status)) NOT IN ${STATUSES} AND lower(btrim(status)) NOT IN ${OLD_SPELLINGS}`,
  "lines-price-number": `orders WHERE ${PARSES} AND json_typeof(${LINE}->'price') = 'number'`,
  "lines-price-comma": `orders WHERE ${PARSES} AND ${LINE}->>'price' LIKE '%,%'`,
  "lines-quantity-text": `orders WHERE ${PARSES} AND json_typeof(${LINE}->'qty') = 'string'`,
  "lines-blanks": "orders WHERE lines LIKE '[ {%'",
  "lines-broken": "orders WHERE NOT pg_input_is_valid(lines, 'json')",
  "lines-empty": "orders WHERE lines = '[]'",
  "lines-unknown-sku": `orders WHERE ${PARSES} AND NOT EXISTS (SELECT FROM shop_v3.products p WHERE p.sku = ${LINE}->>'sku')`,
  "lines-negative-quantity": `orders WHERE ${PARSES} AND (${LINE}->>'qty')::int < 0`,
  "total-differs": `orders WHERE ${PARSES} AND round(total, 2) <> ${SUM} - coalesce(discount, 0)`,
  "total-missing": "orders WHERE total IS NULL",
  "total-decimals": "orders WHERE scale(total) > 2",
  "discount-missing": "orders WHERE discount IS NULL",
  "promotion-typed": "orders WHERE promotion <> upper(btrim(promotion))",
  "promotion-unknown":
    "orders WHERE promotion IS NOT NULL AND NOT EXISTS (SELECT FROM shop_v3.promotions p WHERE upper(btrim(p.code)) = upper(btrim(promotion)))",
  "customer-unknown":
    "orders WHERE customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM shop_v3.customers c WHERE c.id = customer_id)",
  "customer-missing": "orders WHERE customer_id IS NULL",
  "time-skipped": `(SELECT created AS t FROM shop_v3.orders) AS times WHERE ${HOUR_TWO} = 3`,
  "time-repeated": `orders o WHERE created IS NOT NULL AND EXISTS (SELECT FROM unnest(ARRAY[created, paid, shipped, closed, CASE WHEN delivered >= created THEN delivered END]) AS t WHERE ${HOUR_TWO} = 10)`,
  "time-impossible": "orders WHERE delivered < created",
  "time-missing": "orders WHERE created IS NULL",
  "shipment-duplicate":
    "(SELECT row_number() OVER (PARTITION BY order_number ORDER BY id) AS place FROM shop_v3.shipments) AS parcels WHERE place > 1",
  "shipment-orphan": `shipments WHERE NOT ${KNOWN}`,
  "events-broken": "shipments WHERE events LIKE '%???%'",
  "events-blank-line": "shipments WHERE events LIKE E'%\\n\\n%'",
  "review-orphan": `reviews WHERE NOT ${KNOWN}`,
  "review-rating": "reviews WHERE rating NOT BETWEEN 1 AND 5",
  "review-text-missing": "reviews WHERE text IS NULL",
  "return-orphan": `after_sales WHERE NOT ${KNOWN}`,
  "return-quantity": "after_sales WHERE quantity < 1",
  "return-status-missing": "after_sales WHERE status IS NULL",
  "refund-missing": "after_sales WHERE refund IS NULL",
};

export function countQuery(kind: DirtKind): string {
  const from = DIRT_QUERIES[kind];
  return `SELECT count(*)::int AS count FROM ${from.startsWith("(") ? from : `shop_v3.${from}`}`;
}

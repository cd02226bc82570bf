import type { Statement } from "../../common/database";
import type { Model } from "../model";
import { SELECT_ORDER } from "../order-row";
import { forgetting, rememberingAccount } from "../originals";
import { personOf } from "../person";

export const FIND: Statement = {
  name: "order-find",
  text: `${SELECT_ORDER} WHERE one.number = $1 AND ($3 OR one.customer_id = ${personOf("$2::bigint")})`,
};
export const FIND_BY_NUMBER: Statement = {
  name: "order-by-number",
  text: `${SELECT_ORDER} WHERE one.number = $1`,
};
export const FIND_BY_KEY: Statement = {
  name: "order-by-key",
  text: `${SELECT_ORDER} WHERE one.idempotency_key = $1`,
};
export const LIST: Statement = {
  name: "order-list",
  text: `${SELECT_ORDER} WHERE one.customer_id = ${personOf("$1::bigint")} ORDER BY one.id DESC LIMIT $2`,
};
export const PROMOTION: Statement = {
  name: "promotion-by-code",
  text: `SELECT id, kind, percent, amount_minor, minimum_minor FROM promotions
    WHERE code = $1 AND coalesce(starts_at <= now(), true) AND coalesce(ends_at > now(), true)`,
};

export const TAKE_STOCK: Statement = {
  name: "stock-take",
  text: `UPDATE stock SET available = stock.available - line.quantity, originals = NULL
    FROM unnest($1::text[], $2::integer[]) AS line (sku, quantity)
    WHERE stock.sku = line.sku AND stock.available >= line.quantity RETURNING stock.sku`,
};
export const GIVE_STOCK: Statement = {
  name: "stock-give",
  text: `UPDATE stock SET available = stock.available + line.quantity, originals = NULL
    FROM (SELECT sku, sum(quantity) AS quantity FROM unnest($1::text[], $2::integer[]) AS line (sku, quantity)
      GROUP BY sku) AS line
    WHERE stock.sku = line.sku`,
};
/** Order, lines, reservations and redemption in one statement, so that whoever copies the order sees it whole. */
export const place = ({ email }: Model): Statement => ({
  name: "order-place",
  text: `WITH placed AS (
      INSERT INTO orders (number, customer_id, contact_name, contact_email, contact_phone, ship_to, currency,
        discount_minor, total_minor, status, idempotency_key, originals)
      SELECT $1, customer.id, customer.name, ${email.whole("customer")}, customer.phone,
        address.street || coalesce(', ' || address.postal_code || ' ' || address.city, ''), $3, $4, $5, 'placed', $6,
        ${rememberingAccount("$2::bigint", "customer.id")}
      FROM customers AS customer
      LEFT JOIN customer_addresses AS address ON address.customer_id = customer.id AND address.position = 1
      WHERE customer.id = ${personOf("$2::bigint")}
      ON CONFLICT (idempotency_key) DO NOTHING
      RETURNING id, placed_at
    ), wanted AS (
      SELECT * FROM unnest($7::text[], $8::text[], $9::integer[], $10::bigint[]) WITH ORDINALITY
        AS line (sku, name, quantity, price_minor, position)
    ), lines AS (
      INSERT INTO order_lines (order_id, position, sku, name, quantity, price_minor)
      SELECT placed.id, position, sku, name, quantity, price_minor FROM placed, wanted
    ), reserved AS (
      INSERT INTO reservations (order_id, position, sku, quantity)
      SELECT placed.id, position, sku, quantity FROM placed, wanted
    ), redeemed AS (
      INSERT INTO promotion_redemptions (order_id, promotion_id, discount_minor)
      SELECT placed.id, $11::bigint, $4 FROM placed WHERE $11::bigint IS NOT NULL
    )
    SELECT placed_at FROM placed`,
});
export const CUSTOMER_EXISTS: Statement = {
  name: "customer-exists",
  text: `SELECT id FROM customers WHERE id = ${personOf("$1::bigint")}`,
};
export const CLOSE: Statement = {
  name: "order-close",
  text: `UPDATE orders SET status = $2, closed_at = now(), originals = ${forgetting("status", "closed")}
    WHERE number = $1 AND status = ANY ($3) RETURNING id`,
};
export const FREE_RESERVATIONS: Statement = {
  name: "reservation-free",
  text: "DELETE FROM reservations WHERE order_id = $1",
};
export const REFUND: Statement = {
  name: "payment-refund",
  text: `UPDATE payments SET state = 'refunding'
    WHERE order_id = $1 AND state IN ('authorised', 'captured') RETURNING order_id`,
};

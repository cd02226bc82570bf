import type { Order, OrderLine, OrderStatus, PaymentState } from "../api/order";

/** An order with its lines, payment and promotion in one row; add WHERE, ORDER BY and LIMIT on `one`. */
export const SELECT_ORDER = `SELECT one.number, one.status, one.placed_at, one.currency, one.discount_minor, one.total_minor,
    payment.method, payment.reference, payment.state, payment.idempotency_key AS payment_key,
    coalesce(promotion.code, upper(btrim(one.originals->>'promotion'))) AS promotion,
    (SELECT coalesce(json_agg(json_build_object(
        'sku', line.sku, 'name', line.name, 'quantity', line.quantity, 'price', line.price_minor) ORDER BY line.position), '[]')
      FROM order_lines AS line WHERE line.order_id = one.id) AS lines
  FROM orders AS one
  LEFT JOIN payments AS payment ON payment.order_id = one.id
  LEFT JOIN promotion_redemptions AS redemption ON redemption.order_id = one.id
  LEFT JOIN promotions AS promotion ON promotion.id = redemption.promotion_id`;

export interface OrderRow {
  readonly number: string;
  readonly status: OrderStatus;
  readonly placed_at: Date;
  readonly currency: string;
  readonly discount_minor: number;
  readonly total_minor: number;
  readonly method: string | null;
  readonly reference: string | null;
  readonly state: PaymentState | null;
  readonly payment_key: string | null;
  readonly promotion: string | null;
  readonly lines: readonly OrderLine[];
}

export const orderOf = (row: OrderRow): Order => ({
  number: row.number,
  status: row.status,
  placedAt: row.placed_at,
  lines: row.lines,
  discount: row.discount_minor,
  total: row.total_minor,
  currency: row.currency,
  promotion: row.promotion || null,
  payment: { method: row.method, reference: row.reference, state: row.state, key: row.payment_key },
});

import type { Order, OrderLine } from "../../api/order";
import type { NewOrder, OrderStore } from "../../api/orders";
import type { Promotion } from "../../api/promotion";
import type { Connection, Database, Statement } from "../../common/database";
import { decimal, minorUnits } from "../../common/money";
import type { Session } from "../../common/session";
import { ENQUEUE } from "../../common/work-queue";
import { writeLines } from "../lines-text";
import { LOCK_STOCK } from "../model";
import { ORDER_COLUMNS, type OrderRow, orderOf } from "../order-row";

const FIND: Statement = {
  name: "order-find",
  text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE number = $2 AND ($4 OR customer_id = $3)`,
};
const FIND_BY_NUMBER: Statement = {
  name: "order-by-number",
  text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE number = $2`,
};
const FIND_BY_KEY: Statement = {
  name: "order-by-key",
  text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE idempotency_key = $2`,
};
const LIST: Statement = {
  name: "order-list",
  text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE customer_id = $2 ORDER BY id DESC LIMIT $3`,
};
const PROMOTION: Statement = {
  name: "promotion-by-code",
  text: `SELECT id, percent, amount, minimum,
      coalesce(valid_from <= now() AT TIME ZONE $2, true) AND coalesce(valid_to > now() AT TIME ZONE $2, true) AS valid
    FROM promotions WHERE upper(btrim(code)) = $1 ORDER BY id LIMIT 1`,
};
const TAKE_STOCK: Statement = {
  name: "stock-take",
  text: `UPDATE products AS product SET stock = product.stock - line.quantity
    FROM unnest($1::text[], $2::integer[]) AS line (sku, quantity)
    WHERE product.sku = line.sku AND product.stock >= line.quantity RETURNING product.sku`,
};
const GIVE_STOCK: Statement = {
  name: "stock-give",
  text: `UPDATE products AS product SET stock = coalesce(product.stock, 0) + line.quantity
    FROM (SELECT sku, sum(quantity) AS quantity FROM unnest($1::text[], $2::integer[]) AS line (sku, quantity)
      GROUP BY sku) AS line
    WHERE product.sku = line.sku`,
};
const PLACE: Statement = {
  name: "order-place",
  text: `INSERT INTO orders (number, customer_id, customer_name, customer_email, customer_phone, ship_to,
      lines, discount, total, currency, promotion, status, created, idempotency_key)
    SELECT $1, id, name, email, phone, address, $3, $4, $5, $6, $7, 'placed', now() AT TIME ZONE $8, $9
    FROM customers WHERE id = $2
    ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING now() AS placed_at`,
};
const CUSTOMER_EXISTS: Statement = {
  name: "customer-exists",
  text: "SELECT id FROM customers WHERE id = $1",
};
const CLOSE: Statement = {
  name: "order-close",
  text: `UPDATE orders SET status = $2, closed = now() AT TIME ZONE $3,
      payment_state = CASE WHEN payment_state IN ('authorised', 'captured') THEN 'refunding' ELSE payment_state END
    WHERE number = $1 AND (lower(btrim(status)) = 'placed' OR lower(btrim(status)) = ANY ($4)
      ) RETURNING payment_state`,
};

/** Raised inside a transaction to leave it without a trace. */
class Refused extends Error {
  constructor(readonly placement: Awaited<ReturnType<OrderStore["place"]>>) {
    super(placement.outcome);
  }
}

export interface OrderAccess extends OrderStore {
  byNumber(number: string): Promise<Order | undefined>;
  expire(number: string): Promise<boolean>;
}

export function orderStore(database: Database, options: { timeZone: string; currency: string }): OrderAccess {
  const { timeZone, currency } = options;
  const one = async (
    statement: Statement,
    ...values: (string | number | boolean)[]
  ): Promise<Order | undefined> => {
    const [row] = await database.rows<OrderRow>(statement, [timeZone, ...values]);
    return row && orderOf(row, currency);
  };
  const byNumber = (number: string): Promise<Order | undefined> => one(FIND_BY_NUMBER, number);

  /** Ends an order that is still placed, or paid when that is allowed, and gives its stock back. */
  async function close(number: string, status: "cancelled" | "expired"): Promise<boolean> {
    const order = await byNumber(number);
    if (!order) return false;
    return database.transaction(async (connection) => {
      await connection.rows(LOCK_STOCK, [order.lines.map((line) => line.sku)]);
      const also = status === "cancelled" ? ["paid", "bezahlt"] : [];
      const [closed] = await connection.rows<{ payment_state: string | null }>(CLOSE, [
        number,
        status,
        timeZone,
        also,
      ]);
      if (!closed) return false;
      await changeStock(connection, GIVE_STOCK, order.lines);
      if (closed.payment_state === "refunding") {
        await connection.rows(ENQUEUE, ["orders", "refund", number, 0]);
      }
      return true;
    });
  }

  return {
    byNumber,
    find: (number, reader: Session) => one(FIND, number, reader.customer, reader.role === "staff"),
    findByKey: (key) => one(FIND_BY_KEY, key),
    async list(customer, size) {
      const rows = await database.rows<OrderRow>(LIST, [timeZone, customer, size]);
      return rows.map((row) => orderOf(row, currency));
    },
    async promotion(code) {
      const [row] = await database.rows<PromotionRow>(PROMOTION, [code, timeZone]);
      return row && promotionOf(code, row);
    },
    async place(order) {
      try {
        return await database.transaction((connection) => place(connection, order, timeZone));
      } catch (problem) {
        if (problem instanceof Refused) return problem.placement;
        throw problem;
      }
    },
    cancel: (number) => close(number, "cancelled"),
    expire: (number) => close(number, "expired"),
  };
}

async function place(
  connection: Connection,
  order: NewOrder,
  timeZone: string,
): Promise<{ outcome: "placed"; order: Order }> {
  await connection.rows(LOCK_STOCK, [order.lines.map((line) => line.sku)]);
  const taken = await changeStock(connection, TAKE_STOCK, order.lines);
  const short = order.lines.find((line) => !taken.has(line.sku));
  if (short) throw new Refused({ outcome: "out-of-stock", sku: short.sku });
  const { number, customer, discount, total, currency, promotion, key } = order;
  const [placed] = await connection.rows<{ placed_at: Date }>(PLACE, [
    number,
    customer,
    writeLines(order.lines),
    decimal(discount),
    decimal(total),
    currency,
    promotion?.code ?? null,
    timeZone,
    key,
  ]);
  if (!placed) {
    const known = await connection.rows(CUSTOMER_EXISTS, [customer]);
    throw new Refused({ outcome: known.length > 0 ? "repeated" : "unknown-customer" });
  }
  return {
    outcome: "placed",
    order: {
      number,
      status: "placed",
      placedAt: placed.placed_at,
      lines: order.lines,
      discount,
      total,
      currency,
      promotion: promotion?.code ?? null,
      payment: { method: null, reference: null, state: null, key: null },
    },
  };
}

async function changeStock(
  connection: Connection,
  statement: Statement,
  lines: readonly OrderLine[],
): Promise<ReadonlySet<string>> {
  const values = [lines.map((line) => line.sku), lines.map((line) => line.quantity)];
  return new Set((await connection.rows<{ sku: string }>(statement, values)).map((row) => row.sku));
}

interface PromotionRow {
  readonly id: number;
  readonly percent: string | null;
  readonly amount: string | null;
  readonly minimum: string | null;
  readonly valid: boolean;
}

function promotionOf(code: string, row: PromotionRow): Promotion | undefined {
  if (!row.valid) return undefined;
  const base = { id: row.id, code, minimum: minorUnits(row.minimum) };
  if (row.percent !== null) return { ...base, kind: "percent", percent: row.percent };
  return row.amount === null ? undefined : { ...base, kind: "amount", amount: minorUnits(row.amount) };
}

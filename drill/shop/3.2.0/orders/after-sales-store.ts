import type { AfterSalesStore } from "../../api/after-sales";
import type { Database, Statement } from "../../common/database";
import { decimal } from "../../common/money";
import { readLines } from "../lines-text";
import type { OrderAccess } from "./order-store";

const REVIEW: Statement = {
  name: "review-add",
  text: `INSERT INTO reviews (order_number, customer_id, sku, rating, text, created)
    VALUES ($1, $2, $3, $4, $5, now() AT TIME ZONE $6) RETURNING id`,
};
const LOCK_ORDER: Statement = {
  name: "return-lock-order",
  text: "SELECT lines FROM orders WHERE number = $1 FOR UPDATE",
};
const RETURNED: Statement = {
  name: "return-sums",
  text: "SELECT sku, coalesce(quantity, 0) AS quantity FROM after_sales WHERE order_number = $1",
};
const ADD: Statement = {
  name: "return-add",
  text: `INSERT INTO after_sales (order_number, customer_id, sku, quantity, reason, status, refund, created)
    VALUES ($1, $2, $3, $4, $5, 'requested', $6, now() AT TIME ZONE $7) RETURNING id`,
};
const CLOSE: Statement = {
  name: "return-close-order",
  text: "UPDATE orders SET status = 'returned', closed = now() AT TIME ZONE $2 WHERE number = $1",
};

export function afterSalesStore(database: Database, orders: OrderAccess, timeZone: string): AfterSalesStore {
  return {
    find: orders.find,
    async addReview({ order, customer, sku, rating, text }) {
      const [row] = await database.rows<{ id: number }>(REVIEW, [
        order,
        customer,
        sku,
        rating,
        text,
        timeZone,
      ]);
      if (!row) throw new Error("a review without an id");
      return row.id;
    },
    addReturn: ({ order, customer, sku, quantity, reason, refund }) =>
      database.transaction(async (connection) => {
        const [locked] = await connection.rows<{ lines: string | null }>(LOCK_ORDER, [order]);
        const left = new Map<string, number>();
        for (const line of readLines(locked?.lines ?? null)) {
          left.set(line.sku, (left.get(line.sku) ?? 0) + line.quantity);
        }
        for (const earlier of await connection.rows<{ sku: string; quantity: number }>(RETURNED, [order])) {
          left.set(earlier.sku, (left.get(earlier.sku) ?? 0) - earlier.quantity);
        }
        if ((left.get(sku) ?? 0) < quantity) return undefined;
        left.set(sku, (left.get(sku) ?? 0) - quantity);
        const values = [order, customer, sku, quantity, reason, decimal(refund), timeZone];
        const [row] = await connection.rows<{ id: number }>(ADD, values);
        if ([...left.values()].every((pieces) => pieces <= 0))
          await connection.rows(CLOSE, [order, timeZone]);
        return row?.id;
      }),
  };
}

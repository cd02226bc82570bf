import type { AfterSalesStore } from "../../api/after-sales";
import type { Database, Statement } from "../../common/database";
import { forgetting, rememberingAccount } from "../originals";
import { personOf } from "../person";
import type { OrderAccess } from "./order-store";

const ACCOUNT = "$2::bigint";
const PERSON = personOf(ACCOUNT);

const REVIEW: Statement = {
  name: "review-add",
  text: `INSERT INTO reviews (order_id, customer_id, sku, rating, text, originals)
    SELECT id, ${PERSON}, $3, $4, $5, ${rememberingAccount(ACCOUNT, PERSON)} FROM orders WHERE number = $1 RETURNING id`,
};
const LOCK_ORDER: Statement = {
  name: "return-lock-order",
  text: "SELECT id FROM orders WHERE number = $1 FOR NO KEY UPDATE",
};
const LEFT: Statement = {
  name: "return-left",
  text: `SELECT sku, sum(quantity) AS quantity FROM (
      SELECT sku, quantity FROM order_lines WHERE order_id = $1
      UNION ALL SELECT sku, -quantity FROM returns WHERE order_id = $1) AS pieces
    GROUP BY sku HAVING sum(quantity) > 0`,
};
const ADD: Statement = {
  name: "return-add",
  text: `INSERT INTO returns (order_id, customer_id, sku, quantity, reason, refund_minor, currency, originals)
    SELECT id, ${PERSON}, $3, $4, $5, $6, currency, ${rememberingAccount(ACCOUNT, PERSON)} FROM orders WHERE id = $1 RETURNING id`,
};
const CLOSE: Statement = {
  name: "return-close-order",
  text: `UPDATE orders SET status = 'returned', closed_at = now(), originals = ${forgetting("status", "closed")}
    WHERE id = $1`,
};

export function afterSalesStore(database: Database, orders: OrderAccess): AfterSalesStore {
  return {
    find: orders.find,
    async addReview({ order, customer, sku, rating, text }) {
      const [row] = await database.rows<{ id: number }>(REVIEW, [order, customer, sku, rating, text]);
      if (!row) throw new Error("a review without an id");
      return row.id;
    },
    addReturn: ({ order, customer, sku, quantity, reason, refund }) =>
      database.transaction(async (connection) => {
        const [locked] = await connection.rows<{ id: number }>(LOCK_ORDER, [order]);
        if (!locked) return undefined;
        const left = await connection.rows<{ sku: string; quantity: number }>(LEFT, [locked.id]);
        if ((left.find((line) => line.sku === sku)?.quantity ?? 0) < quantity) return undefined;
        const values = [locked.id, customer, sku, quantity, reason, refund];
        const [row] = await connection.rows<{ id: number }>(ADD, values);
        const pieces = left.reduce((sum, line) => sum + line.quantity, 0);
        if (pieces === quantity) await connection.rows(CLOSE, [locked.id]);
        return row?.id;
      }),
  };
}

import type { PaymentAttempt, PaymentStore } from "../../api/payments";
import type { Connection, Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import { forgetting } from "../originals";
import type { OrderAccess } from "./order-store";

const PAID: Statement = {
  name: "payment-paid",
  text: `UPDATE orders SET status = 'paid', paid_at = now(), originals = ${forgetting("status", "paid")}
    WHERE number = $1 AND status = 'placed' RETURNING id`,
};
const LOCK_PLACED: Statement = {
  name: "payment-lock-placed",
  text: "SELECT id FROM orders WHERE number = $1 AND status = 'placed' FOR NO KEY UPDATE",
};
const NOTE: Statement = {
  name: "payment-note",
  text: `INSERT INTO payments AS payment (order_id, method, idempotency_key, reference, state)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (order_id) DO UPDATE SET method = excluded.method, idempotency_key = excluded.idempotency_key,
      reference = coalesce(excluded.reference, payment.reference), state = excluded.state`,
};

export function paymentStore(database: Database, orders: OrderAccess): PaymentStore {
  /** Writes the attempt down when `guard` finds the order still placed, and puts the work it asks for in line. */
  const attempted = (
    guard: Statement,
    number: string,
    { method, key }: PaymentAttempt,
    payment: { reference: string | null; state: string },
    work?: (connection: Connection) => Promise<unknown>,
  ): Promise<boolean> =>
    database.transaction(async (connection) => {
      const [order] = await connection.rows<{ id: number }>(guard, [number]);
      if (!order) return false;
      await connection.rows(NOTE, [order.id, method, key, payment.reference, payment.state]);
      await work?.(connection);
      return true;
    });
  return {
    find: orders.find,
    async release(reference) {
      await database.rows(ENQUEUE, ["orders", "release", reference, 0]);
    },
    authorised: (number, attempt, reference) =>
      attempted(PAID, number, attempt, { reference, state: "authorised" }, (connection) =>
        connection.rows(ENQUEUE, ["orders", "capture", number, 0]),
      ),
    declined: (number, attempt) =>
      attempted(LOCK_PLACED, number, attempt, { reference: null, state: "declined" }),
    pending: (number, attempt) =>
      attempted(LOCK_PLACED, number, attempt, { reference: null, state: "pending" }, (connection) =>
        connection.rows(ENQUEUE, ["orders", "payment", number, 2]),
      ),
  };
}

import type { PaymentAttempt, PaymentStore } from "../../api/payments";
import type { Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import type { OrderAccess } from "./order-store";

const AUTHORISED: Statement = {
  name: "payment-authorised",
  text: `UPDATE orders SET status = 'paid', paid = now() AT TIME ZONE $5, payment_method = $2, payment_key = $3,
      payment_reference = $4, payment_state = 'authorised'
    WHERE number = $1 AND lower(btrim(status)) = 'placed' RETURNING id`,
};
const NOTED: Statement = {
  name: "payment-noted",
  text: `UPDATE orders SET payment_method = $2, payment_key = $3, payment_state = $4
    WHERE number = $1 AND lower(btrim(status)) = 'placed' RETURNING id`,
};

export function paymentStore(database: Database, orders: OrderAccess, timeZone: string): PaymentStore {
  const noted = (number: string, { method, key }: PaymentAttempt, state: string): Promise<boolean> =>
    database.transaction(async (connection) => {
      const changed = await connection.rows(NOTED, [number, method, key, state]);
      if (changed.length > 0 && state === "pending")
        await connection.rows(ENQUEUE, ["orders", "payment", number, 2]);
      return changed.length > 0;
    });
  return {
    find: orders.find,
    async release(reference) {
      await database.rows(ENQUEUE, ["orders", "release", reference, 0]);
    },
    declined: (number, attempt) => noted(number, attempt, "declined"),
    pending: (number, attempt) => noted(number, attempt, "pending"),
    authorised: (number, { method, key }, reference) =>
      database.transaction(async (connection) => {
        const paid = await connection.rows(AUTHORISED, [number, method, key, reference, timeZone]);
        if (paid.length > 0) await connection.rows(ENQUEUE, ["orders", "capture", number, 0]);
        return paid.length > 0;
      }),
  };
}

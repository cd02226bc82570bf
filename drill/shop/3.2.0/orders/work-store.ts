import type { OrderWorkStore } from "../../api/order-work";
import type { Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import type { OrderAccess } from "./order-store";

const AUTHORISED: Statement = {
  name: "work-authorised",
  text: `UPDATE orders SET status = 'paid', paid = now() AT TIME ZONE $3, payment_reference = $2,
      payment_state = 'authorised'
    WHERE number = $1 AND status = 'placed' AND payment_state = 'pending' RETURNING id`,
};
const SETTLED: Statement = {
  name: "work-settled",
  text: "UPDATE orders SET payment_state = $3 WHERE number = $1 AND payment_state = $2",
};
const REQUEST_SHIPMENT: Statement = {
  name: "work-request-shipment",
  text: `INSERT INTO work (worker, kind, subject)
    SELECT 'logistics', 'ship', number FROM orders WHERE number = $1 AND status = 'paid'
    ON CONFLICT (worker, kind, subject) DO NOTHING`,
};
const OVERDUE: Statement = {
  name: "work-overdue",
  text: `SELECT number FROM orders
    WHERE status = 'placed' AND created < (now() - make_interval(secs => $1)) AT TIME ZONE $3
      AND payment_state IS DISTINCT FROM 'pending'
    ORDER BY created LIMIT $2`,
};

export function workStore(database: Database, orders: OrderAccess, timeZone: string): OrderWorkStore {
  return {
    byNumber: orders.byNumber,
    expire: orders.expire,
    async authorised(connection, number, reference) {
      const paid = await connection.rows(AUTHORISED, [number, reference, timeZone]);
      if (paid.length > 0) await connection.rows(ENQUEUE, ["orders", "capture", number, 0]);
      return paid.length > 0;
    },
    async settled(connection, number, from, to) {
      await connection.rows(SETTLED, [number, from, to]);
    },
    async release(connection, reference) {
      await connection.rows(ENQUEUE, ["orders", "release", reference, 0]);
    },
    async requestShipment(connection, number) {
      await connection.rows(REQUEST_SHIPMENT, [number]);
    },
    async overdue(limitSeconds, most) {
      const rows = await database.rows<{ number: string }>(OVERDUE, [limitSeconds, most, timeZone]);
      return rows.map((row) => row.number);
    },
  };
}

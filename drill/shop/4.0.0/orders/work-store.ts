import type { OrderWorkStore } from "../../api/order-work";
import type { Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import { forgetting } from "../originals";
import type { OrderAccess } from "./order-store";

const PAID: Statement = {
  name: "work-paid",
  text: `UPDATE orders SET status = 'paid', paid_at = now(), originals = ${forgetting("status", "paid")}
    WHERE number = $1 AND status = 'placed'
      AND EXISTS (SELECT FROM payments WHERE order_id = orders.id AND state = 'pending') RETURNING id`,
};
const AUTHORISED: Statement = {
  name: "work-authorised",
  text: "UPDATE payments SET reference = $2, state = 'authorised' WHERE order_id = $1",
};
const SETTLED: Statement = {
  name: "work-settled",
  text: `UPDATE payments SET state = $3
    WHERE order_id = (SELECT id FROM orders WHERE number = $1) AND state = $2`,
};
const REQUEST_SHIPMENT: Statement = {
  name: "work-request-shipment",
  text: `INSERT INTO work (worker, kind, subject)
    SELECT 'logistics', 'ship', number FROM orders WHERE number = $1 AND status = 'paid'
    ON CONFLICT (worker, kind, subject) DO NOTHING`,
};
const OVERDUE: Statement = {
  name: "work-overdue",
  text: `SELECT number FROM orders AS one
    WHERE status = 'placed' AND placed_at < now() - make_interval(secs => $1)
      AND NOT EXISTS (SELECT FROM payments WHERE order_id = one.id AND state = 'pending')
    ORDER BY placed_at LIMIT $2`,
};

export function workStore(database: Database, orders: OrderAccess): OrderWorkStore {
  return {
    byNumber: orders.byNumber,
    expire: orders.expire,
    async authorised(connection, number, reference) {
      const [paid] = await connection.rows<{ id: number }>(PAID, [number]);
      if (!paid) return false;
      await connection.rows(AUTHORISED, [paid.id, reference]);
      await connection.rows(ENQUEUE, ["orders", "capture", number, 0]);
      return true;
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
      const rows = await database.rows<{ number: string }>(OVERDUE, [limitSeconds, most]);
      return rows.map((row) => row.number);
    },
  };
}

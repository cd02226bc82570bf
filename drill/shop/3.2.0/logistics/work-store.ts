import { SHIPMENT_STATUSES, type ShipmentStatus } from "../../api/shipment";
import type { ShipmentWorkStore } from "../../api/shipment-work";
import type { Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import { writeEvents } from "./events-text";

const SHIPPED: Statement = {
  name: "ship-order",
  text: `UPDATE orders SET status = 'shipped', shipped = now() AT TIME ZONE $2
    WHERE number = $1 AND status = 'paid' RETURNING id`,
};
const ADD: Statement = {
  name: "ship-add",
  text: `INSERT INTO shipments (order_number, carrier, tracking, status, events, created, updated)
    VALUES ($1, $2, $3, $4, $5, now() AT TIME ZONE $6, now() AT TIME ZONE $6)`,
};
const OPEN: Statement = {
  name: "track-open",
  text: `SELECT DISTINCT ON (order_number) order_number, tracking, status, updated AT TIME ZONE $2 AS last_at
    FROM shipments WHERE order_number = ANY ($1) ORDER BY order_number, id`,
};
const MOVED: Statement = {
  name: "track-moved",
  text: `UPDATE shipments SET events = concat_ws(E'\\n', nullif(events, ''), $2::text), status = $3,
      updated = greatest($4::timestamptz, updated AT TIME ZONE $5) AT TIME ZONE $5
    WHERE id = (SELECT min(id) FROM shipments WHERE order_number = $1)`,
};
const DELIVERED: Statement = {
  name: "track-delivered",
  text: `UPDATE orders SET status = 'delivered', delivered = $2::timestamptz AT TIME ZONE $3
    WHERE number = $1 AND status = 'shipped'`,
};

interface OpenRow {
  readonly order_number: string;
  readonly tracking: string | null;
  readonly status: string | null;
  readonly last_at: Date | null;
}

export function workStore(database: Database, timeZone: string): ShipmentWorkStore {
  return {
    async shipped(connection, order, { carrier, trackingNumber, events }) {
      if ((await connection.rows(SHIPPED, [order, timeZone])).length === 0) return;
      const status = events.at(-1)?.status ?? "announced";
      const text = writeEvents(events, timeZone);
      await connection.rows(ADD, [order, carrier, trackingNumber, status, text, timeZone]);
      await connection.rows(ENQUEUE, ["logistics", "track", order, 0]);
    },
    async open(orders) {
      const rows = await database.rows<OpenRow>(OPEN, [orders, timeZone]);
      return rows.map((row) => ({
        order: row.order_number,
        trackingNumber: row.tracking,
        status: statusOf(row.status),
        lastAt: row.last_at ?? new Date(0),
      }));
    },
    async moved(connection, order, events) {
      const last = events.at(-1);
      if (!last) return;
      await connection.rows(MOVED, [order, writeEvents(events, timeZone), last.status, last.at, timeZone]);
      if (last.status === "delivered") await connection.rows(DELIVERED, [order, last.at, timeZone]);
    },
    async trackAgain(connection, order, delayMs) {
      await connection.rows(ENQUEUE, ["logistics", "track", order, delayMs / 1000]);
    },
  };
}

const statusOf = (text: string | null): ShipmentStatus =>
  SHIPMENT_STATUSES.find((status) => status === text?.trim().toLowerCase()) ?? "announced";

import type { ShipmentEvent, ShipmentStatus } from "../../api/shipment";
import type { ShipmentWorkStore } from "../../api/shipment-work";
import type { Connection, Database, Statement } from "../../common/database";
import { ENQUEUE } from "../../common/work-queue";
import { LOCK_STOCK, type Model } from "../model";
import { forgetting } from "../originals";

const RESERVED: Statement = {
  name: "ship-reserved",
  text: `SELECT sku FROM reservations WHERE order_id = (SELECT id FROM orders WHERE number = $1)`,
};
/** Reserved goods leave the house: each reservation becomes a movement. */
const MOVE_STOCK: Statement = {
  name: "ship-move-stock",
  text: `WITH used AS (DELETE FROM reservations WHERE order_id = $1 RETURNING position, sku, quantity)
    INSERT INTO stock_movements (reference, position, sku, kind, quantity, order_id)
    SELECT $2, position, sku, 'shipment', -quantity, $1 FROM used`,
};
const ADD: Statement = {
  name: "ship-add",
  text: `INSERT INTO shipments (order_id, carrier, tracking_number, status) VALUES ($1, $2, $3, $4) RETURNING id`,
};
const ADD_EVENTS: Statement = {
  name: "track-events",
  text: `INSERT INTO shipment_events (shipment_id, position, at, status, location)
    SELECT $1, (SELECT count(*) FROM shipment_events WHERE shipment_id = $1) + position, at, status, nullif(location, '')
    FROM unnest($2::timestamptz[], $3::text[], $4::text[]) WITH ORDINALITY AS event (at, status, location, position)`,
};
const OPEN: Statement = {
  name: "track-open",
  text: `SELECT one.number, shipment.tracking_number, shipment.status, shipment.updated_at AS last_at
    FROM orders AS one JOIN shipments AS shipment ON shipment.order_id = one.id
    WHERE one.number = ANY ($1)`,
};
const MOVED: Statement = {
  name: "track-moved",
  text: `UPDATE shipments SET status = $2, updated_at = greatest($3::timestamptz, updated_at),
      originals = ${forgetting("status", "updated")}
    WHERE order_id = (SELECT id FROM orders WHERE number = $1) RETURNING id`,
};

interface OpenRow {
  readonly number: string;
  readonly tracking_number: string | null;
  readonly status: ShipmentStatus;
  readonly last_at: Date | null;
}

export function workStore(database: Database, model: Model): ShipmentWorkStore {
  const shipOrder: Statement = { name: "ship-order", text: model.shipped };
  const deliverOrder: Statement = { name: "track-delivered", text: model.delivered };
  return {
    async shipped(connection, order, { carrier, trackingNumber, events }) {
      const skus = (await connection.rows<{ sku: string }>(RESERVED, [order])).map((row) => row.sku);
      await connection.rows(LOCK_STOCK, [skus]);
      const [shipped] = await connection.rows<{ id: number }>(shipOrder, [order]);
      if (!shipped) return;
      await connection.rows(MOVE_STOCK, [shipped.id, order]);
      const status = events.at(-1)?.status ?? "announced";
      const [added] = await connection.rows<{ id: number }>(ADD, [
        shipped.id,
        carrier,
        trackingNumber,
        status,
      ]);
      if (added) await addEvents(connection, added.id, events);
      await connection.rows(ENQUEUE, ["logistics", "track", order, 0]);
    },
    async open(orders) {
      const rows = await database.rows<OpenRow>(OPEN, [orders]);
      return rows.map((row) => ({
        order: row.number,
        trackingNumber: row.tracking_number,
        status: row.status,
        lastAt: row.last_at ?? new Date(0),
      }));
    },
    async moved(connection, order, events) {
      const last = events.at(-1);
      if (!last) return;
      const [shipment] = await connection.rows<{ id: number }>(MOVED, [order, last.status, last.at]);
      if (!shipment) return;
      await addEvents(connection, shipment.id, events);
      if (last.status === "delivered") await connection.rows(deliverOrder, [order, last.at]);
    },
    async trackAgain(connection, order, delayMs) {
      await connection.rows(ENQUEUE, ["logistics", "track", order, delayMs / 1000]);
    },
  };
}

async function addEvents(
  connection: Connection,
  shipment: number,
  events: readonly ShipmentEvent[],
): Promise<void> {
  await connection.rows(ADD_EVENTS, [
    shipment,
    events.map((event) => event.at.toISOString()),
    events.map((event) => event.status),
    events.map((event) => event.location ?? ""),
  ]);
}

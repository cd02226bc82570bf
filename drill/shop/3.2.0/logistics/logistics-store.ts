import type { LogisticsStore } from "../../api/logistics";
import type { Database, Statement } from "../../common/database";
import { readEvents } from "./events-text";

const SHIPMENT: Statement = {
  name: "shipment-of-order",
  text: `SELECT shipment.id, shipment.carrier, shipment.tracking, shipment.status, shipment.events
    FROM orders AS one LEFT JOIN shipments AS shipment ON shipment.order_number = one.number
    WHERE one.number = $1 AND ($3 OR one.customer_id = $2) ORDER BY shipment.id LIMIT 1`,
};
const INSTANTS: Statement = {
  name: "shipment-instants",
  text: "SELECT local::timestamp AT TIME ZONE $2 AS at FROM unnest($1::text[]) WITH ORDINALITY AS t (local, n) ORDER BY n",
};

interface ShipmentRow {
  readonly id: number | null;
  readonly carrier: string | null;
  readonly tracking: string | null;
  readonly status: string | null;
  readonly events: string | null;
}

export function logisticsStore(database: Database, timeZone: string): LogisticsStore {
  return {
    async shipment(order, reader) {
      const values = [order, reader.customer, reader.role === "staff"];
      const [row] = await database.rows<ShipmentRow>(SHIPMENT, values);
      if (!row) return undefined;
      if (row.id === null) return "none";
      const events = readEvents(row.events);
      const locals = events.map((event) => event.local);
      const instants =
        locals.length === 0 ? [] : await database.rows<{ at: Date }>(INSTANTS, [locals, timeZone]);
      return {
        status: row.status?.trim().toLowerCase() || "announced",
        carrier: row.carrier,
        trackingNumber: row.tracking,
        events: events.map(({ status, location }, index) => ({
          at: instants[index]?.at ?? new Date(0),
          status,
          location,
        })),
      };
    },
  };
}

import type { LogisticsStore } from "../../api/logistics";
import type { ShipmentStatus } from "../../api/shipment";
import type { Database, Statement } from "../../common/database";
import { personOf } from "../person";

const SHIPMENT: Statement = {
  name: "shipment-of-order",
  text: `SELECT shipment.id, shipment.carrier, shipment.tracking_number, shipment.status,
      (SELECT coalesce(json_agg(json_build_object('at', event.at, 'status', event.status, 'location', event.location)
          ORDER BY event.position), '[]')
        FROM shipment_events AS event WHERE event.shipment_id = shipment.id) AS events
    FROM orders AS one LEFT JOIN shipments AS shipment ON shipment.order_id = one.id
    WHERE one.number = $1 AND ($3 OR one.customer_id = ${personOf("$2::bigint")})`,
};

interface ShipmentRow {
  readonly id: number | null;
  readonly carrier: string;
  readonly tracking_number: string | null;
  readonly status: ShipmentStatus;
  readonly events: readonly { at: string; status: ShipmentStatus; location: string | null }[];
}

export function logisticsStore(database: Database): LogisticsStore {
  return {
    async shipment(order, reader) {
      const values = [order, reader.customer, reader.role === "staff"];
      const [row] = await database.rows<ShipmentRow>(SHIPMENT, values);
      if (!row) return undefined;
      if (row.id === null) return "none";
      return {
        status: row.status,
        carrier: row.carrier,
        trackingNumber: row.tracking_number,
        events: row.events.map((event) => ({ ...event, at: new Date(event.at) })),
      };
    },
  };
}

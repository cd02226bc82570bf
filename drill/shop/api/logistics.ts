import type { Environment } from "../common/environment";
import { HttpProblem, notFound } from "../common/http-problem";
import type { Route } from "../common/routes";
import type { Session } from "../common/session";
import { required } from "./input";
import type { ShipmentEvent } from "./shipment";

export interface Shipment {
  readonly status: string;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly events: readonly ShipmentEvent[];
}

/** What a release does for tracking. */
export interface LogisticsStore {
  /** The shipment of an order the caller may see: "none" before it is made, undefined when there is no such order. */
  shipment(order: string, reader: Session): Promise<Shipment | "none" | undefined>;
}

export function logisticsRoutes(store: LogisticsStore, environment: Environment): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/shipments/:number",
      async handle(call) {
        const session = required(call);
        if (environment.faults.has("missing-function")) throw new HttpProblem(404, "no-such-path");
        const order = call.parameters.number ?? "";
        const shipment = await store.shipment(order, session);
        if (!shipment) throw notFound("order");
        if (shipment === "none") return { status: 200, body: { order, status: "preparing", events: [] } };
        const { status, carrier, trackingNumber, events } = shipment;
        return {
          status: 200,
          body: {
            order,
            status,
            ...(carrier === null ? {} : { carrier }),
            ...(trackingNumber === null ? {} : { trackingNumber }),
            events: events.map((event) => ({
              at: event.at.toISOString(),
              status: event.status,
              ...(event.location === null ? {} : { location: event.location }),
            })),
          },
        };
      },
    },
  ];
}

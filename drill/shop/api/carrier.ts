import { requestRepeatedly, Unreachable } from "../common/http-client";
import { SHIPMENT_STATUSES, type ShipmentEvent, type ShipmentStatus } from "./shipment";

export interface CarrierShipment {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly events: readonly ShipmentEvent[];
}

/** The carriers. Each call may be repeated safely; Unreachable is thrown when there is no useful answer. */
export interface Carrier {
  /** Announces the shipment of an order; the same order is announced once. */
  announce(order: string): Promise<CarrierShipment>;
  /** What is known of tracking numbers; unknown ones are left out. */
  track(trackingNumbers: readonly string[]): Promise<ReadonlyMap<string, readonly ShipmentEvent[]>>;
}

const ATTEMPTS = 3;
const TIMEOUT_MS = 5_000;

export function carrierClient(url: string): Carrier {
  return {
    async announce(order) {
      const answer = await requestRepeatedly(
        `${url}/shipments`,
        { method: "POST", body: { reference: order }, timeoutMs: TIMEOUT_MS },
        ATTEMPTS,
      );
      const { carrier, trackingNumber, events } = (answer.body ?? {}) as Record<string, unknown>;
      if (answer.status !== 201 || typeof carrier !== "string" || typeof trackingNumber !== "string") {
        throw new Unreachable(url, `/shipments answered ${answer.status}`);
      }
      return { carrier, trackingNumber, events: readEvents(events) };
    },
    async track(trackingNumbers) {
      const answer = await requestRepeatedly(
        `${url}/tracking`,
        { method: "POST", body: { trackingNumbers }, timeoutMs: TIMEOUT_MS },
        ATTEMPTS,
      );
      const shipments = (answer.body as { shipments?: unknown } | undefined)?.shipments;
      if (answer.status !== 200 || typeof shipments !== "object" || shipments === null) {
        throw new Unreachable(url, `/tracking answered ${answer.status}`);
      }
      return new Map(Object.entries(shipments).map(([number, events]) => [number, readEvents(events)]));
    },
  };
}

/** Events with a known status and a valid time; a carrier's own extra stages mean nothing to the shop. */
function readEvents(value: unknown): ShipmentEvent[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((event: Record<string, unknown>) => {
    const at = new Date(String(event.at));
    if (!SHIPMENT_STATUSES.includes(event.status as ShipmentStatus) || Number.isNaN(at.getTime())) return [];
    at.setUTCMilliseconds(0);
    // A bar or a line break would split the event in the text column of an old data model.
    const location =
      typeof event.location === "string" ? event.location.replace(/[|\r\n]+/g, " ").trim() || null : null;
    return [{ at, status: event.status as ShipmentStatus, location }];
  });
}

import { SHIPMENT_STATUSES } from "../api/shipment";
import { HttpProblem } from "../common/http-problem";
import type { Route } from "../common/routes";
import { type Behaviour, readBehaviour } from "./behaviour";
import { chance } from "./chance";
import { type SimulatedService, startSimulatedService } from "./simulated-service";

export interface CarrierBehaviour extends Behaviour {
  /** Mean time between two stages of a shipment. */
  readonly stageMs: number;
}

const CARRIERS = ["Hermod", "Northpost", "Parcelway"];
const PLACES = ["Hamburg", "Leipzig", "Kassel", "Köln", "Nürnberg", "Erfurt", "Dortmund", "Ulm"];

/**
 * Carriers. `POST /shipments {reference}` announces a shipment once and answers 201 `{carrier, trackingNumber, events}`;
 * `POST /tracking {trackingNumbers}` answers `{shipments: {NUMBER: [{at, status, location?}]}}`. Shipments move forward only.
 * A tracking number nobody announced here, from before the drill, starts its way when it is asked for first.
 */
export function startCarrier(
  behaviour: CarrierBehaviour,
  port = 0,
  now: () => number = Date.now,
): Promise<SimulatedService> {
  const announced = new Map<string, number>();
  const eventsOf = (number: string): object[] => {
    const began = announced.get(number) ?? now();
    announced.set(number, began);
    let at = began;
    return SHIPMENT_STATUSES.flatMap((status, stage) => {
      if (stage > 0) at += behaviour.stageMs * (0.5 + chance(behaviour.seed, "stage", number, stage));
      if (at > now()) return [];
      const location = PLACES[Math.floor(chance(behaviour.seed, "place", number, stage) * PLACES.length)];
      return [{ at: new Date(at).toISOString(), status, ...(stage === 0 ? {} : { location }) }];
    });
  };
  const routes: Route[] = [
    {
      method: "POST",
      path: "/shipments",
      handle({ body }) {
        const { reference } = (body ?? {}) as { reference?: unknown };
        if (typeof reference !== "string" || reference === "") throw new HttpProblem(400, "no-reference");
        const carrier = CARRIERS[Math.floor(chance(behaviour.seed, "carrier", reference) * CARRIERS.length)];
        const digits = Math.floor(chance("", "number", reference) * 1e9);
        const trackingNumber = `${carrier?.slice(0, 2).toUpperCase()}${String(digits).padStart(9, "0")}-${reference}`;
        return { status: 201, body: { carrier, trackingNumber, events: eventsOf(trackingNumber) } };
      },
    },
    {
      method: "POST",
      path: "/tracking",
      handle({ body }) {
        const { trackingNumbers } = (body ?? {}) as { trackingNumbers?: unknown };
        if (!Array.isArray(trackingNumbers)) throw new HttpProblem(400, "no-numbers");
        const numbers = trackingNumbers.map(String);
        const shipments = Object.fromEntries(numbers.map((number) => [number, eventsOf(number)]));
        return { status: 200, body: { shipments } };
      },
    },
  ];
  return startSimulatedService(routes, behaviour, port);
}

/** Reads PORT, STAGE_MS (default 3000) and the common behaviour. */
export const carrierFromEnvironment = (variables: NodeJS.ProcessEnv): Promise<SimulatedService> =>
  Promise.resolve().then(() => {
    const stageMs = Number(variables.STAGE_MS ?? 3_000);
    if (!(stageMs >= 1))
      throw new Error(`STAGE_MS must be a number of at least 1 (got "${variables.STAGE_MS}")`);
    return startCarrier({ ...readBehaviour(variables), stageMs }, Number(variables.PORT ?? 0));
  });

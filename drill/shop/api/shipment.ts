/** Stages of a shipment, in the only direction it moves. */
export const SHIPMENT_STATUSES = [
  "announced",
  "picked-up",
  "in-transit",
  "out-for-delivery",
  "delivered",
] as const;
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

export interface ShipmentEvent {
  /** Whole seconds. */
  readonly at: Date;
  readonly status: ShipmentStatus;
  readonly location: string | null;
}

const rank = (status: ShipmentStatus): number => SHIPMENT_STATUSES.indexOf(status);

/**
 * Of what a carrier reports, the events that take a shipment further than it is known to be, oldest first. Stages already
 * passed are dropped and time never runs backward, whatever the carrier says.
 */
export function furtherEvents(
  current: { readonly status: ShipmentStatus; readonly lastAt: Date },
  reported: readonly ShipmentEvent[],
): ShipmentEvent[] {
  let { status, lastAt } = current;
  const further: ShipmentEvent[] = [];
  for (const event of [...reported].sort((a, b) => rank(a.status) - rank(b.status))) {
    if (rank(event.status) <= rank(status)) continue;
    const at = new Date(Math.max(event.at.getTime(), lastAt.getTime()));
    further.push({ ...event, at });
    status = event.status;
    lastAt = at;
  }
  return further;
}

import { SHIPMENT_STATUSES, type ShipmentEvent, type ShipmentStatus } from "../../api/shipment";
import { clockIn } from "../../common/clock";

/** An event as read from `shipments.events`: its time is still local, "2025-03-01 14:03:22". */
export interface LocalEvent {
  readonly local: string;
  readonly status: ShipmentStatus;
  readonly location: string | null;
}

/** Events of the text, a line each; lines that make no sense are left out. */
export function readEvents(text: string | null): LocalEvent[] {
  return (text ?? "").split("\n").flatMap((line) => {
    const [local = "", status = "", location = ""] = line.split("|").map((part) => part.trim());
    const known = SHIPMENT_STATUSES.find((one) => one === status.toLowerCase());
    if (!known || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(local)) return [];
    return [{ local, status: known, location: location || null }];
  });
}

/** One line for each event, in the local time of the zone. */
export function writeEvents(events: readonly ShipmentEvent[], timeZone: string): string {
  const clock = clockIn(timeZone);
  return events
    .map(({ at, status, location }) => `${clock.format(at)}|${status}|${location ?? ""}`)
    .join("\n");
}

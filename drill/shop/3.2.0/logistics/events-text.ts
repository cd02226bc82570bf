import { SHIPMENT_STATUSES, type ShipmentEvent, type ShipmentStatus } from "../../api/shipment";

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
  const format = formatIn(timeZone);
  return events
    .map(({ at, status, location }) => `${format.format(at)}|${status}|${location ?? ""}`)
    .join("\n");
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** "2025-03-01 14:03:22" in a zone. Making a format costs far more than using it, so each zone has one. */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  formats.set(timeZone, format);
  return format;
}

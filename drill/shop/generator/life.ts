import { DAY, HOUR, real } from "./calendar";
import { type Random, Weighted } from "./random";

export type Status = "placed" | "paid" | "shipped" | "delivered" | "cancelled" | "expired" | "returned";

/** What became of an order, with local times; null where it never got so far. */
export interface Life {
  readonly status: Status;
  readonly paid: number | null;
  readonly shipped: number | null;
  readonly delivered: number | null;
  readonly closed: number | null;
}

const ENDS = new Weighted<Status>(["delivered", "returned", "cancelled", "expired"], [87, 2.5, 6, 4.5]);

/** The life of an order placed at `created`, as it stood at `until`. Only the newest are still under way. */
export function makeLife(random: Random, created: number, until: number): Life {
  const end = ENDS.draw(random);
  const later = (from: number, most: number): number =>
    real(from + 60_000 + random.unit() * random.unit() * most);
  if (end === "expired") {
    const closed = later(created + HOUR, 6 * HOUR);
    return closed < until ? ended("expired", closed) : open("placed");
  }
  const paid = later(created, 4 * HOUR);
  if (end === "cancelled") {
    const closed = later(paid, 20 * HOUR);
    if (closed < until) return { ...ended("cancelled", closed), paid: random.chance(0.6) ? paid : null };
  }
  if (paid >= until) return open("placed");
  const shipped = later(paid + HOUR, 2 * DAY);
  if (shipped >= until) return { ...open("paid"), paid };
  const delivered = later(shipped + 12 * HOUR, 4 * DAY);
  if (delivered >= until) return { ...open("shipped"), paid, shipped };
  const closed = end === "returned" ? later(delivered + DAY, 20 * DAY) : until;
  if (closed >= until) return { ...open("delivered"), paid, shipped, delivered };
  return { status: "returned", paid, shipped, delivered, closed };
}

function open(status: Status): Life {
  return { status, paid: null, shipped: null, delivered: null, closed: null };
}

function ended(status: Status, closed: number): Life {
  return { ...open(status), closed };
}

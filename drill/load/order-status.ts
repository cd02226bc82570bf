export const STATUSES = [
  "placed",
  "paid",
  "shipped",
  "delivered",
  "cancelled",
  "expired",
  "returned",
] as const;
export type Status = (typeof STATUSES)[number];

const NEXT: Readonly<Record<Status, readonly Status[]>> = {
  placed: ["paid", "cancelled", "expired"],
  paid: ["shipped", "cancelled"],
  shipped: ["delivered"],
  delivered: ["returned"],
  cancelled: [],
  expired: [],
  returned: [],
};

const REACHABLE: ReadonlyMap<Status, ReadonlySet<Status>> = new Map(
  STATUSES.map((status) => [status, closure(status)]),
);

/** True when an order seen as `from` may be seen as `to` later; every status reaches itself. */
export function reachable(from: Status, to: Status): boolean {
  return REACHABLE.get(from)?.has(to) ?? false;
}

/** Every status an order seen as `from` may have later, itself included. */
export function reachableFrom(from: Status): readonly Status[] {
  return [...(REACHABLE.get(from) ?? [])];
}

function closure(status: Status): Set<Status> {
  const seen = new Set<Status>([status]);
  // A set may grow while it is walked; each new member is visited once.
  for (const each of seen) for (const next of NEXT[each]) seen.add(next);
  return seen;
}

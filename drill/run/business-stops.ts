import { readRequests } from "../load/figures";
import type { RequestRecord } from "../load/request-log";
import type { TurnReport } from "./operator";
import type { DrillOptions } from "./options";
import { movesCustomers } from "./request-figures";

/** A stretch in which the maintenance page may be seen; milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** One time that business was stopped on purpose, as customers saw it. */
export interface BusinessStop {
  /** When the first customer met the page; null when nobody came meanwhile. */
  readonly startedAt: string | null;
  /** From the first page to the last. */
  readonly seconds: number;
  readonly pages: number;
  /** Orders acknowledged until the next stop, by the release that did. */
  readonly ordersAfter: Readonly<Record<string, number>>;
}

export interface ObservedStops {
  readonly stops: readonly BusinessStop[];
  /** Requests that saw the page while business was not stopped. */
  readonly elsewhere: number;
}

export const NOTHING_SEEN: ObservedStops = { stops: [], elsewhere: 0 };

/** Whether customers could order again afterwards. */
export const resumed = ({ ordersAfter }: BusinessStop): boolean =>
  Object.values(ordersAfter).some((orders) => orders > 0);

/** With `strategy: maintenance` business stands still in these positions of the dial. */
const STOPPED = new Set(["migrated", "staged"]);

/**
 * When the page may be seen: from the end of the update before the one that stops business, for a killed command may have
 * put it up, to the last change of the edge in the update that resumes. An update that failed has not resumed anything.
 */
export function stretchesOf(turns: readonly TurnReport[], strategy: DrillOptions["strategy"]): Stretch[] {
  const stretches: Stretch[] = [];
  if (strategy !== "maintenance") return stretches;
  let from: number | undefined;
  let before = 0;
  for (const turn of turns) {
    const end = Date.parse(turn.startedAt) + turn.seconds * 1000;
    if (STOPPED.has(turn.phase)) from ??= before;
    else if (from !== undefined && turn.verdict === "passed") {
      stretches.push({ from, to: lastChangeOfEdge(turn) ?? end });
      from = undefined;
    }
    before = end;
  }
  if (from !== undefined) stretches.push({ from, to: Number.POSITIVE_INFINITY });
  return stretches;
}

function lastChangeOfEdge({ steps }: TurnReport): number | undefined {
  const changes = steps
    .filter((step) => movesCustomers(step) || /:WebAcl$/.test(step.type))
    .map(({ finishedAt }) => Date.parse(finishedAt));
  return changes.length === 0 ? undefined : Math.max(...changes);
}

/** What customers met in each stretch and after it, read from the log of requests beside the ledger. */
export async function observeStops(ledger: string, stretches: readonly Stretch[]): Promise<ObservedStops> {
  const seen = stretches.map(() => ({
    first: undefined as number | undefined,
    last: 0,
    pages: 0,
    orders: {} as Record<string, number>,
  }));
  let elsewhere = 0;
  for await (const record of readRequests(ledger)) {
    if (record.outcome === "maintenance") {
      const met = seen[stretches.findIndex((stretch) => during(stretch, record))];
      if (met === undefined) elsewhere++;
      else {
        met.pages++;
        met.first = Math.min(met.first ?? Number.POSITIVE_INFINITY, record.scheduledAt);
        met.last = Math.max(met.last, record.scheduledAt);
      }
    } else if (record.kind === "order" && record.outcome === "answered") {
      const orders = seen[stretches.findLastIndex(({ to }) => record.scheduledAt >= to)]?.orders;
      if (orders !== undefined) orders[record.release] = (orders[record.release] ?? 0) + 1;
    }
  }
  return {
    stops: seen.map(({ first, last, pages, orders }) => ({
      startedAt: first === undefined ? null : new Date(first).toISOString(),
      seconds: first === undefined ? 0 : (last - first) / 1000,
      pages,
      ordersAfter: orders,
    })),
    elsewhere,
  };
}

/** A request was answered some time between its scheduled time and its whole answer. */
const during = ({ from, to }: Stretch, { scheduledAt, latency }: RequestRecord): boolean =>
  scheduledAt <= to && scheduledAt + latency >= from;

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type RequestRecord, requestLogFile } from "./request-log";

/** A stretch of time; both ends are milliseconds since 1970, `to` is not included. Default: no bound. */
export interface Window {
  readonly from?: number;
  readonly to?: number;
}

/** Latencies are milliseconds from the scheduled time; requests that got the maintenance page are left out of them. */
export interface Figures {
  readonly requests: number;
  readonly failed: number;
  readonly maintenance: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
  /** Requests by the release that answered; "" when none did. */
  readonly releases: Readonly<Record<string, number>>;
  /** Orders acknowledged, by the release that did. */
  readonly ordersByRelease: Readonly<Record<string, number>>;
  /** The first reasons for failure, at most ten. */
  readonly reasons: readonly string[];
}

/** Half the length of the stretch around a switch that is looked at closely. */
const AROUND = 5_000;

/** The stretch of 10 seconds around an instant (milliseconds since 1970). */
export function around(instant: number): Window {
  return { from: instant - AROUND, to: instant + AROUND };
}

/** Reads the request log beside a ledger, a record at a time. Lines a killed run left half written are passed over. */
export async function* readRequests(ledger: string): AsyncGenerator<RequestRecord> {
  const input = createReadStream(requestLogFile(ledger));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const record = line === "" ? undefined : parse(line);
    if (record !== undefined) yield record;
  }
}

/** Figures of several stretches in one pass over the log, under the same names. */
export async function figures<Name extends string>(
  ledger: string,
  windows: Readonly<Record<Name, Window>>,
): Promise<Record<Name, Figures>> {
  const names = Object.keys(windows) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, new Gathering()])) as Record<Name, Gathering>;
  for await (const record of readRequests(ledger))
    for (const name of names) if (inside(windows[name], record.scheduledAt)) found[name].add(record);
  return Object.fromEntries(names.map((name) => [name, found[name].figures()])) as Record<Name, Figures>;
}

/** The value below which `share` (0 to 1) of the sorted values lie, by the nearest rank; 0 when there are none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return 0;
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] as number;
}

/** Adds requests up to figures. */
export class Gathering {
  private readonly latencies: number[] = [];
  private readonly reasons: string[] = [];
  private readonly releases: Record<string, number> = {};
  private readonly orders: Record<string, number> = {};
  private requests = 0;
  private failed = 0;
  private maintenance = 0;

  add({ latency, outcome, release, reason, kind }: RequestRecord): void {
    this.requests++;
    if (kind === "order" && outcome === "answered") this.orders[release] = (this.orders[release] ?? 0) + 1;
    this.releases[release] = (this.releases[release] ?? 0) + 1;
    if (outcome === "maintenance") {
      this.maintenance++;
      return;
    }
    this.latencies.push(latency);
    if (outcome !== "failed") return;
    this.failed++;
    if (reason !== undefined && this.reasons.length < 10) this.reasons.push(reason);
  }

  figures(): Figures {
    const sorted = Float64Array.from(this.latencies).sort();
    return {
      requests: this.requests,
      failed: this.failed,
      maintenance: this.maintenance,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      longest: sorted.length === 0 ? 0 : (sorted[sorted.length - 1] as number),
      releases: this.releases,
      ordersByRelease: this.orders,
      reasons: this.reasons,
    };
  }
}

function inside({ from, to }: Window, instant: number): boolean {
  return (from === undefined || instant >= from) && (to === undefined || instant < to);
}

function parse(line: string): RequestRecord | undefined {
  try {
    const [scheduledAt, latency, status, kind, release, outcome, reason] = JSON.parse(line);
    const record = { scheduledAt, latency, status, kind, release, outcome };
    return reason === undefined ? record : { ...record, reason };
  } catch {
    return undefined;
  }
}

import { percentile } from "./figures";
import type { RequestRecord } from "./request-log";

/** One line of progress. Counts are since the start; percentiles (milliseconds) are of the last ten seconds. */
export interface Progress {
  readonly time: string;
  readonly requests: number;
  readonly failed: number;
  readonly maintenance: number;
  /** Orders acknowledged. */
  readonly orders: number;
  /** Requests under way. */
  readonly open: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers of the last second by release. */
  readonly releases: Readonly<Record<string, number>>;
  /** The newest reason for a failure since the line before. */
  readonly reason?: string;
}

const SECONDS_KEPT = 10;

/** Follows a run a second at a time in memory that does not grow. */
export class ProgressMeter {
  private requests = 0;
  private failed = 0;
  private maintenance = 0;
  private orders = 0;
  private releases: Record<string, number> = {};
  private reason: string | undefined;
  private readonly seconds: number[][] = [[]];

  add(record: RequestRecord): void {
    this.requests++;
    this.releases[record.release] = (this.releases[record.release] ?? 0) + 1;
    if (record.outcome === "failed") {
      this.failed++;
      this.reason = record.reason;
    }
    if (record.kind === "order" && record.outcome === "answered") this.orders++;
    if (record.outcome === "maintenance") this.maintenance++;
    else this.seconds[this.seconds.length - 1]?.push(record.latency);
  }

  /** The figures now; starts the next second. */
  tick(open: number): Progress {
    const sorted = Float64Array.from(this.seconds.flat()).sort();
    const { requests, failed, maintenance, orders, releases, reason } = this;
    this.releases = {};
    this.reason = undefined;
    this.seconds.push([]);
    if (this.seconds.length > SECONDS_KEPT) this.seconds.shift();
    return {
      time: new Date().toISOString(),
      requests,
      failed,
      maintenance,
      orders,
      open,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      releases,
      ...(reason === undefined ? {} : { reason }),
    };
  }
}

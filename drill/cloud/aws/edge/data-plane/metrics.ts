import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Figures as CloudWatch has them for load balancers: per target group, and of the load balancer's own answers. */
export class EdgeMetrics {
  readonly registry = new Registry();
  private readonly totals = new Map<string, { requests: number; target5xx: number; edge5xx: number }>();

  private readonly requests = new Counter({
    name: "edge_requests_total",
    help: "Requests answered, by target group and class of the status code.",
    labelNames: ["group", "code"],
    registers: [this.registry],
  });
  private readonly latency = new Histogram({
    name: "edge_target_response_seconds",
    help: "Seconds from a request leaving the load balancer to the first byte of the target's answer.",
    labelNames: ["group"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  private readonly own = new Counter({
    name: "edge_own_errors_total",
    help: "Errors that the load balancer answered itself: no target, no connection, no valid answer.",
    labelNames: ["group", "code"],
    registers: [this.registry],
  });

  constructor(
    hosts: () => Iterable<{ readonly group: string; readonly health: string; readonly count: number }>,
  ) {
    new Gauge({
      name: "edge_targets",
      help: "Targets by group and health.",
      labelNames: ["group", "health"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { group, health, count } of hosts()) this.set({ group, health }, count);
      },
    });
  }

  answered(group: string, status: number, seconds: number): void {
    this.requests.inc({ group, code: `${Math.floor(status / 100)}xx` });
    this.latency.observe({ group }, seconds);
    const totals = this.of(group);
    totals.requests++;
    if (status >= 500) totals.target5xx++;
  }

  failed(group: string, status: number): void {
    this.own.inc({ group, code: String(status) });
    this.of(group).edge5xx++;
  }

  /** Since the start of the process. */
  of(group: string): { requests: number; target5xx: number; edge5xx: number } {
    const known = this.totals.get(group) ?? { requests: 0, target5xx: 0, edge5xx: 0 };
    this.totals.set(group, known);
    return known;
  }
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What every module measures of itself; served in Prometheus' text format. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<"method" | "route" | "status">;
  /** Items of work, or runs of a task that is done at intervals, by outcome: done, failed. */
  readonly tasks: Counter<"task" | "outcome">;
}

/** The library's 10 ms wake an idle process a hundred times a second. A stall worth an alarm is longer than this. */
const EVENT_LOOP_PRECISION_MS = 500;
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(labels: { release: string; module: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  return {
    registry,
    requests: new Histogram({
      name: "shop_request_duration_seconds",
      help: "Time from the request's first byte to the answer's last.",
      labelNames: ["method", "route", "status"],
      buckets: BUCKETS,
      registers: [registry],
    }),
    tasks: new Counter({
      name: "shop_worker_items_total",
      help: "Items of work taken by a worker.",
      labelNames: ["task", "outcome"],
      registers: [registry],
    }),
  };
}

/** When the stock figures were last known to be right; how far they lag behind is the time since. */
export const stockUpdatedGauge = (metrics: Metrics): Gauge =>
  new Gauge({
    name: "shop_stock_updated_timestamp_seconds",
    help: "When the stock figures were last brought up to date or checked.",
    registers: [metrics.registry],
  });

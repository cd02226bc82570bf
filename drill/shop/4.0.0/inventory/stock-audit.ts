import { Gauge } from "prom-client";
import type { Statement } from "../../common/database";
import { stockUpdatedGauge } from "../../common/metrics";
import type { Context } from "../../common/program";
import { workerName } from "../../common/queue-task";
import { singleTask } from "../../common/single-task";
import type { Task } from "../../common/tasks";
import { openWorkQueue } from "../../common/work-queue";

const SUMS: Statement = {
  name: "stock-audit",
  text: `SELECT (SELECT coalesce(sum(available), 0) FROM stock) AS available,
      (SELECT coalesce(sum(quantity), 0) FROM reservations) AS reserved,
      (SELECT count(*) FROM reservations JOIN orders AS one ON one.id = order_id
        WHERE one.status NOT IN ('placed', 'paid')) AS stray`,
};

/**
 * Stock needs no refreshing in this release: reservations make it right at once. What is left to do on the interval is to
 * measure it, and to report reservations that outlived their order.
 */
export function stockAuditTask(context: Context): Task {
  const { release, database, environment, metrics, log } = context;
  const registers = [metrics.registry];
  const pieces = new Gauge({
    name: "shop_stock_pieces",
    help: "Pieces by state.",
    labelNames: ["state"],
    registers,
  });
  const updated = stockUpdatedGauge(metrics);
  const stray = new Gauge({
    name: "shop_stray_reservations",
    help: "Reservations of orders that are closed; must be 0.",
    registers,
  });
  return singleTask({
    name: "figures",
    kind: "figures",
    queue: openWorkQueue(database, {
      worker: "inventory",
      owner: workerName(release),
      leaseSeconds: environment.leaseSeconds,
    }),
    database,
    worker: "inventory",
    intervalMs: environment.stockUpdateMs,
    metrics,
    async run() {
      const [sums] = await database.rows<{ available: number; reserved: number; stray: number }>(SUMS);
      if (!sums) return;
      pieces.set({ state: "available" }, sums.available);
      pieces.set({ state: "reserved" }, sums.reserved);
      stray.set(sums.stray);
      updated.setToCurrentTime();
      if (sums.stray > 0) log.error({ stray: sums.stray }, "reservations outlived their orders");
    },
  });
}

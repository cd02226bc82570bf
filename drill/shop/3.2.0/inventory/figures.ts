import type { Statement } from "../../common/database";
import { stockUpdatedGauge } from "../../common/metrics";
import type { Context } from "../../common/program";
import { workerName } from "../../common/queue-task";
import { singleTask } from "../../common/single-task";
import type { Task } from "../../common/tasks";
import { openWorkQueue } from "../../common/work-queue";
import { readLines } from "../lines-text";

const OPEN_ORDERS: Statement = {
  name: "figures-open-orders",
  text: "SELECT lines FROM orders WHERE status IN ('placed', 'paid')",
};
const REFRESH: Statement = {
  name: "figures-refresh",
  text: `INSERT INTO stock_figures AS figures (sku, available, reserved, updated_at)
    SELECT sku, greatest(coalesce(stock, 0), 0), coalesce(open.quantity, 0), now()
    FROM products LEFT JOIN unnest($1::text[], $2::integer[]) AS open (sku, quantity) USING (sku)
    ON CONFLICT (sku) DO UPDATE SET available = excluded.available, reserved = excluded.reserved,
      updated_at = excluded.updated_at`,
};

/** Refreshes the stock figures customers see, on an interval: this release has no way to know them at once. */
export function figuresTask(context: Context): Task {
  const { release, database, environment, metrics } = context;
  const updated = stockUpdatedGauge(metrics);
  const queue = openWorkQueue(database, {
    worker: "inventory",
    owner: workerName(release),
    leaseSeconds: environment.leaseSeconds,
  });
  return singleTask({
    name: "figures",
    kind: "figures",
    queue,
    database,
    worker: "inventory",
    intervalMs: environment.stockUpdateMs,
    metrics,
    async run() {
      const reserved = new Map<string, number>();
      for (const { lines } of await database.rows<{ lines: string | null }>(OPEN_ORDERS)) {
        for (const { sku, quantity } of readLines(lines))
          reserved.set(sku, (reserved.get(sku) ?? 0) + quantity);
      }
      await database.rows(REFRESH, [[...reserved.keys()], [...reserved.values()]]);
      updated.setToCurrentTime();
    },
  });
}

import type { Database } from "./database";
import type { Metrics } from "./metrics";
import type { Task } from "./tasks";
import { ENQUEUE, type WorkQueue } from "./work-queue";

export interface SingleTask {
  readonly name: string;
  /** Kind of its row in `work`, whose subject is "run". */
  readonly kind: string;
  readonly queue: WorkQueue;
  readonly database: Database;
  readonly worker: string;
  readonly intervalMs: number;
  readonly metrics: Metrics;
  run(signal: AbortSignal): Promise<void>;
}

/** A task done at regular intervals by one worker of all: whoever gets the lease of its row in `work`. */
export function singleTask(options: SingleTask): Task {
  const { queue, database, intervalMs } = options;
  let known = false;
  return {
    name: options.name,
    intervalMs,
    async run(signal) {
      if (!known) {
        await database.rows(ENQUEUE, [options.worker, options.kind, "run", 0]);
        known = true;
      }
      const [item] = await queue.claim([options.kind], 1);
      if (!item) return false;
      let outcome = "failed";
      try {
        await options.run(signal);
        outcome = "done";
      } finally {
        options.metrics.tasks.inc({ task: options.name, outcome });
        await queue.postpone([item], intervalMs, 0);
      }
      return false;
    },
  };
}

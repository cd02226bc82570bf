import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import type { Metrics } from "./metrics";
import type { Task } from "./tasks";
import type { Item, WorkQueue } from "./work-queue";

/**
 * A name to claim work under that no other worker has, not even an earlier process with the same id. It begins with the
 * release: claims are synchronised between the models, and what is in flight in one release is none of the other's.
 */
export const workerName = (release: string): string =>
  `${release}:${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;

export interface QueueTask {
  readonly name: string;
  readonly kinds: readonly string[];
  readonly queue: WorkQueue;
  /** Items claimed and worked on side by side. */
  readonly batch: number;
  readonly intervalMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Does one item and ends its claim. What it throws is logged and the item is tried again later. */
  work(item: Item): Promise<void>;
}

/** A task that empties a queue: it claims a batch, works on it, and asks for more as long as batches come back full. */
export function queueTask(options: QueueTask): Task {
  const { name, queue, log, metrics } = options;
  return {
    name,
    intervalMs: options.intervalMs,
    async run(signal) {
      const items = await queue.claim(options.kinds, options.batch);
      await Promise.all(
        items.map(async (item) => {
          try {
            await options.work(item);
            metrics.tasks.inc({ task: name, outcome: "done" });
          } catch (problem) {
            metrics.tasks.inc({ task: name, outcome: "failed" });
            log.warn(
              { err: problem, task: name, subject: item.subject, attempts: item.attempts },
              "work failed",
            );
            await queue.retryLater(item, problem instanceof Error ? problem.message : String(problem));
          }
        }),
      );
      return items.length === options.batch && !signal.aborted;
    },
  };
}

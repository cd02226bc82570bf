import type { Connection } from "../common/database";
import type { Context } from "../common/program";
import { queueTask, workerName } from "../common/queue-task";
import type { Task } from "../common/tasks";
import { type Item, openWorkQueue, type WorkQueue } from "../common/work-queue";
import { type Carrier, type CarrierShipment, carrierClient } from "./carrier";
import { furtherEvents, type ShipmentEvent, type ShipmentStatus } from "./shipment";

/** A shipment under way, as the worker needs it. */
export interface OpenShipment {
  readonly order: string;
  readonly trackingNumber: string | null;
  readonly status: ShipmentStatus;
  readonly lastAt: Date;
}

/** What a release does for the worker of the logistics module. Calls with a connection are part of its transaction. */
export interface ShipmentWorkStore {
  /** A paid order is shipped: its shipment exists and is put in line to be tracked. Nothing when it is not paid any more. */
  shipped(connection: Connection, order: string, shipment: CarrierShipment): Promise<void>;
  open(orders: readonly string[]): Promise<readonly OpenShipment[]>;
  /** Adds events to a shipment; the last one is its status, and `delivered` makes the order delivered. */
  moved(connection: Connection, order: string, events: readonly ShipmentEvent[]): Promise<void>;
  /** Puts the tracking of a shipment in line again. */
  trackAgain(connection: Connection, order: string, delayMs: number): Promise<void>;
}

const SHIP_BATCH = 8;
const TRACK_BATCH = 100;
const SHIP_INTERVAL_MS = 500;
const LONGEST_PAUSE_MS = 3_600_000;

/** Shipments to announce and to track. */
export function shipmentTasks(context: Context, store: ShipmentWorkStore): readonly Task[] {
  const { release, environment, database, log, metrics } = context;
  const { leaseSeconds, shipmentPollMs } = environment;
  const queue = openWorkQueue(database, { worker: "logistics", owner: workerName(release), leaseSeconds });
  const carrier = carrierClient(environment.carrierUrl);
  return [
    queueTask({
      name: "shipping",
      kinds: ["ship"],
      queue,
      batch: SHIP_BATCH,
      intervalMs: SHIP_INTERVAL_MS,
      log,
      metrics,
      async work(item) {
        const { events, ...shipment } = await carrier.announce(item.subject);
        // A parcel may have arrived by the time of the answer: its end is left to the tracking, which ends the order too.
        const before = events.filter(({ status }) => status !== "delivered");
        await queue.finish(item, (connection) =>
          store.shipped(connection, item.subject, { ...shipment, events: before }),
        );
      },
    }),
    {
      name: "tracking",
      intervalMs: shipmentPollMs,
      async run(signal) {
        const items = await queue.claim(["track"], TRACK_BATCH);
        if (items.length === 0) return false;
        await track(items, queue, carrier, store, shipmentPollMs).catch(async (problem: Error) => {
          log.warn({ err: problem, shipments: items.length }, "tracking failed");
          metrics.tasks.inc({ task: "tracking", outcome: "failed" }, items.length);
          await queue.postpone(items, shipmentPollMs);
        });
        metrics.tasks.inc({ task: "tracking", outcome: "done" }, items.length);
        return items.length === TRACK_BATCH && !signal.aborted;
      },
    },
  ];
}

/** One question to the carrier for a whole batch; only shipments that moved cost a transaction of their own. */
async function track(
  items: readonly Item[],
  queue: WorkQueue,
  carrier: Carrier,
  store: ShipmentWorkStore,
  pollMs: number,
): Promise<void> {
  const shipments = new Map(
    (await store.open(items.map((item) => item.subject))).map((one) => [one.order, one]),
  );
  const numbers = [...shipments.values()].flatMap((one) => one.trackingNumber ?? []);
  const reported =
    numbers.length === 0 ? new Map<string, readonly ShipmentEvent[]>() : await carrier.track(numbers);
  const unmoved: Item[] = [];
  for (const item of items) {
    const shipment = shipments.get(item.subject);
    if (!shipment || shipment.status === "delivered") {
      await queue.finish(item, async () => {});
      continue;
    }
    const events = furtherEvents(shipment, reported.get(shipment.trackingNumber ?? "") ?? []);
    if (events.length === 0) {
      unmoved.push(item);
      continue;
    }
    await queue.finish(item, async (connection) => {
      await store.moved(connection, item.subject, events);
      if (events.at(-1)?.status !== "delivered") await store.trackAgain(connection, item.subject, pollMs);
    });
  }
  // The longer nothing happens, the more seldom it is asked for.
  const longest = Math.max(0, ...unmoved.map((item) => item.attempts));
  for (let attempts = 1; attempts <= longest; attempts++) {
    const group = unmoved.filter((item) => item.attempts === attempts);
    await queue.postpone(group, Math.min(LONGEST_PAUSE_MS, pollMs * Math.min(attempts, 10)));
  }
}

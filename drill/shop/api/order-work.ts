import type { Connection } from "../common/database";
import type { Context } from "../common/program";
import { queueTask, workerName } from "../common/queue-task";
import { singleTask } from "../common/single-task";
import type { Task } from "../common/tasks";
import { type Item, openWorkQueue, type WorkQueue } from "../common/work-queue";
import type { Order, PaymentState } from "./order";
import { type PaymentProvider, paymentProvider } from "./payment-provider";
import { chargeOf } from "./payments";

/** What a release does for the worker of the orders module. Calls with a connection are part of its transaction. */
export interface OrderWorkStore {
  byNumber(number: string): Promise<Order | undefined>;
  /** A pending payment went through: the order is paid, its capture is put in line. False when it is not placed any more. */
  authorised(connection: Connection, number: string, reference: string): Promise<boolean>;
  /** Moves a payment from one state to the next; nothing when it is in another one. */
  settled(connection: Connection, number: string, from: PaymentState, to: PaymentState): Promise<void>;
  /** Puts an authorisation in line that no order uses, to be given up at the provider. */
  release(connection: Connection, reference: string): Promise<void>;
  /** Puts the shipment of an order in line, if it is paid. */
  requestShipment(connection: Connection, number: string): Promise<void>;
  /** Numbers of orders that stayed unpaid longer than the limit and have no payment under way. */
  overdue(limitSeconds: number, most: number): Promise<readonly string[]>;
  /** Expires an order that is still placed and gives its stock back. */
  expire(number: string): Promise<boolean>;
}

const BATCH = 8;
const INTERVAL_MS = 500;
const EXPIRY_INTERVAL_MS = 2_000;
const EXPIRY_BATCH = 50;

/** Payments to capture, to try again and to give back; orders to expire. */
export function orderTasks(context: Context, store: OrderWorkStore): readonly Task[] {
  const { release, environment, database, log, metrics } = context;
  const owner = workerName(release);
  const queue = openWorkQueue(database, {
    worker: "orders",
    owner,
    leaseSeconds: environment.leaseSeconds,
  });
  const provider = paymentProvider(environment.paymentUrl, environment.paymentTimeoutMs);
  return [
    queueTask({
      name: "payments",
      kinds: ["capture", "payment", "refund", "release"],
      queue,
      batch: BATCH,
      intervalMs: INTERVAL_MS,
      log,
      metrics,
      work: (item) => settle(item, queue, provider, store),
    }),
    singleTask({
      name: "expiry",
      kind: "expiry",
      queue,
      database,
      worker: "orders",
      intervalMs: EXPIRY_INTERVAL_MS,
      metrics,
      async run(signal) {
        const numbers = await store.overdue(environment.orderTimeLimitSeconds, EXPIRY_BATCH);
        for (const number of numbers) {
          if (signal.aborted) return;
          await store.expire(number);
        }
      },
    }),
  ];
}

/** Does one payment's next step: first at the provider, where repeating is harmless, then in the database. */
async function settle(
  item: Item,
  queue: WorkQueue,
  provider: PaymentProvider,
  store: OrderWorkStore,
): Promise<void> {
  if (item.kind === "release") {
    await provider.refund(item.subject);
    await queue.finish(item, async () => {});
    return;
  }
  const number = item.subject;
  const order = await store.byNumber(number);
  const { method, reference, key, state } = order?.payment ?? {
    method: null,
    reference: null,
    key: null,
    state: null,
  };
  if (item.kind === "capture" && reference !== null && state === "authorised") {
    await provider.capture(reference);
    await queue.finish(item, async (connection) => {
      await store.settled(connection, number, "authorised", "captured");
      await store.requestShipment(connection, number);
    });
  } else if (item.kind === "refund" && reference !== null && state === "refunding") {
    await provider.refund(reference);
    await queue.finish(item, (connection) => store.settled(connection, number, "refunding", "refunded"));
  } else if (item.kind === "payment" && order && method !== null && key !== null && state === "pending") {
    const result = await provider.authorise(chargeOf(order, { method, key }));
    await queue.finish(item, async (connection) => {
      if (result.outcome === "declined") await store.settled(connection, number, "pending", "declined");
      else if (!(await store.authorised(connection, number, result.reference))) {
        // Cancelled meanwhile: nobody else knows of this authorisation.
        await store.release(connection, result.reference);
      }
    });
  } else {
    // The order went another way since: cancelled before its capture, paid by a repeated request.
    await queue.finish(item, async () => {});
  }
}

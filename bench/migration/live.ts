import { setTimeout as sleep } from "node:timers/promises";
import type { Model } from "../../jobs/migrate/declarations/model";
import { compare } from "../../jobs/reconcile/compare";
import type { JobProgram } from "./process";
import { CHUNK_ROWS, PARALLEL, type Server, Stand } from "./stand";
import { type Seen, startWrites } from "./writes";

/** Milliseconds of a turn. */
const TURN = 3000;
/** Milliseconds until connections are open and the server has its plans. */
const WARM_UP = 1000;
const WRITERS = 4;

export interface Throughput {
  readonly synchronised: readonly number[];
  readonly alone: readonly number[];
  /** Differences that full comparisons under live writes reported; there are none. */
  readonly falseAlarms: number;
}

/** Orders a second with the synchronisation and without, in turns, on one migrated shop. */
export async function throughput(stand: Stand, model: Model, turns: number): Promise<Throughput> {
  const synchronised: number[] = [];
  const alone: number[] = [];
  await write(stand);
  const falseAlarms = await alarms(stand, model);
  for (let turn = 0; turn < turns; turn += 1) {
    synchronised.push(await write(stand));
    await stand.synchronise(model, false);
    alone.push(await write(stand));
    await stand.synchronise(model, true);
  }
  return { synchronised, alone, falseAlarms };
}

/** Orders a second of customers who do not wait. */
async function write(stand: Stand): Promise<number> {
  const writing = startWrites({ url: stand.url, writers: WRITERS });
  await sleep(WARM_UP);
  writing.take();
  await sleep(TURN);
  const { perSecond } = writing.take();
  await writing.stop();
  return perSecond;
}

const COMPARISONS = 10;

async function alarms(stand: Stand, model: Model): Promise<number> {
  const writing = startWrites({ url: stand.url, writers: 2 });
  let found = 0;
  try {
    for (let round = 0; round < COMPARISONS; round += 1) {
      const { differences, equal } = await compare({ database: stand.database, model, parallel: PARALLEL });
      found += equal ? 0 : Math.max(1, differences.length);
    }
  } finally {
    await writing.stop();
  }
  return found;
}

export interface Disturbance {
  readonly before: Seen;
  /** While functions and triggers are made, and until the customers' sessions have planned them. */
  readonly expanding: Seen;
  /** While rows are loaded. */
  readonly during: Seen;
  /** While indexes are built, foreign keys checked and both models compared. */
  readonly finishing: Seen;
  /** With nothing but the synchronisation left: what the load and the comparison added is beyond this. */
  readonly synchronised: Seen;
}

/** Latency of live writes at a set rate, by the same customers before the migration begins, while it loads, and until its end. */
export async function disturbance(
  server: Server,
  program: JobProgram,
  orders: number,
  rate: number,
): Promise<Disturbance> {
  const stand = await Stand.make(server, "disturbed", orders);
  const writing = startWrites({ url: stand.url, writers: 16, rate });
  try {
    await sleep(2 * WARM_UP);
    writing.take();
    await sleep(8000);
    const before = writing.take();
    const done = program.start(stand.url, PARALLEL, CHUNK_ROWS).done();
    const ended = done.then(() => writing.take());
    const expanding = await Promise.race([reached(stand, "loading").then(() => writing.take()), ended]);
    const during = await Promise.race([reached(stand, "finishing").then(() => writing.take()), ended]);
    const finishing = await ended;
    await sleep(8000);
    return { before, expanding, during, finishing, synchronised: writing.take() };
  } finally {
    await writing.stop();
    await stand.end();
  }
}

/** Waits until the migration is in a state, or past it. */
async function reached(stand: Stand, state: "loading" | "finishing"): Promise<void> {
  const before = state === "loading" ? ["expanding"] : ["expanding", "loading"];
  for (;;) {
    const there = await stand.client.query("SELECT to_regclass('order_upgrade.migration') AS book");
    if (there.rows[0]?.book !== null) {
      const { rows } = await stand.client.query<{ state: string }>(
        "SELECT state FROM order_upgrade.migration",
      );
      if (rows[0] !== undefined && !before.includes(rows[0].state)) return;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

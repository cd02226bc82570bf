import type { Model } from "../../jobs/migrate/declarations/model";
import { compare } from "../../jobs/reconcile/compare";
import type { JobProgram } from "./process";
import { CHUNK_ROWS, PARALLEL, type Server, Stand } from "./stand";
import { liveWrites, type Seen } from "./writes";

const SECONDS = 3;
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
  const write = (seconds: number) => liveWrites({ url: stand.url, seconds, writers: WRITERS });
  await write(1);
  const falseAlarms = await alarms(stand, model);
  for (let turn = 0; turn < turns; turn += 1) {
    synchronised.push((await write(SECONDS)).perSecond);
    await stand.synchronise(model, false);
    alone.push((await write(SECONDS)).perSecond);
    await stand.synchronise(model, true);
  }
  return { synchronised, alone, falseAlarms };
}

const COMPARISONS = 10;

async function alarms(stand: Stand, model: Model): Promise<number> {
  const stop = new AbortController();
  const writing = liveWrites({ url: stand.url, seconds: 600, writers: 2, signal: stop.signal });
  let found = 0;
  try {
    for (let round = 0; round < COMPARISONS; round += 1) {
      const { differences, equal } = await compare({ database: stand.database, model, parallel: PARALLEL });
      found += equal ? 0 : Math.max(1, differences.length);
    }
  } finally {
    stop.abort();
    await writing;
  }
  return found;
}

export interface Disturbance {
  readonly before: Seen;
  /** While rows are loaded. */
  readonly during: Seen;
  /** While indexes are built, foreign keys checked and both models compared. */
  readonly finishing: Seen;
}

/** Latency of live writes at a set rate, before the migration begins, while it loads, and until its end. */
export async function disturbance(
  server: Server,
  program: JobProgram,
  orders: number,
  rate: number,
): Promise<Disturbance> {
  const stand = await Stand.make(server, "disturbed", orders);
  try {
    const writes = { url: stand.url, writers: 16, rate };
    await liveWrites({ ...writes, seconds: 2 });
    const before = await liveWrites({ ...writes, seconds: 8 });
    const job = program.start(stand.url, PARALLEL, CHUNK_ROWS);
    const done = job.done();
    const during = await until(
      reached(stand, "loading").then(() => reached(stand, "finishing")),
      writes,
    );
    const finishing = await until(done, writes);
    return { before, during, finishing };
  } finally {
    await stand.end();
  }
}

/** Writes until something has happened. */
async function until(
  event: Promise<unknown>,
  writes: { readonly url: string; readonly writers: number; readonly rate: number },
): Promise<Seen> {
  const stop = new AbortController();
  const writing = liveWrites({ ...writes, seconds: 3600, signal: stop.signal });
  await event.finally(() => stop.abort());
  return writing;
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

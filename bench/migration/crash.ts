import { setTimeout as sleep } from "node:timers/promises";
import { open } from "../../jobs/migrate/open";
import { compare } from "../../jobs/reconcile/compare";
import { repair } from "../../jobs/reconcile/repair";
import type { JobProgram } from "./process";
import { subject } from "./shop";
import { CHUNK_ROWS, PARALLEL, type Server, Stand } from "./stand";

export interface Crash {
  /** Orders a second after the job was started again. */
  readonly rate: number;
  /** Chunks that were loaded a second time. */
  readonly redone: number;
  /** MiB. */
  readonly memory: number;
  /** Whether one changed byte was found, named by row and column, and repaired. */
  readonly byteFound: boolean;
}

/** A large table: the job is killed in mid-load and started again; then one byte is changed past the synchronisation. */
export async function crash(server: Server, program: JobProgram, orders: number): Promise<Crash> {
  const stand = await Stand.make(server, "large", orders);
  try {
    const first = program.start(stand.url, PARALLEL, CHUNK_ROWS);
    await reached(stand, orders * 0.3);
    await first.kill();
    const { rows } = await stand.client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    const second = program.start(stand.url, PARALLEL, CHUNK_ROWS);
    await loading(stand, rows[0]?.now ?? new Date());
    const begun = await stand.client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    await second.done();
    const redone = await stand.client.query<{ redone: number }>(
      "SELECT COALESCE(sum(claims - 1), 0)::int AS redone FROM order_upgrade.chunk",
    );
    return {
      rate: await stand.loadRate(begun.rows[0]?.now),
      redone: redone.rows[0]?.redone ?? Number.NaN,
      memory: Math.max(first.peak, second.peak),
      byteFound: await changedByte(stand, orders),
    };
  } finally {
    await stand.end();
  }
}

/** Waits until so many orders are loaded and a chunk is on its way. */
async function reached(stand: Stand, orders: number): Promise<void> {
  for (;;) {
    const there = await stand.client.query("SELECT to_regclass('order_upgrade.chunk') IS NOT NULL AS there");
    if (there.rows[0]?.there === true) {
      const { rows } = await stand.client.query<{ done: string; claimed: boolean }>(
        "SELECT COALESCE(sum(rows), 0) AS done, bool_or(state = 'claimed') AS claimed FROM order_upgrade.chunk WHERE source = 'orders'",
      );
      if (Number(rows[0]?.done) >= orders && rows[0]?.claimed === true) return;
    }
    await sleep(50);
  }
}

/** Waits until a chunk is loaded after an instant. */
async function loading(stand: Stand, since: Date): Promise<void> {
  for (;;) {
    const { rows } = await stand.client.query(
      "SELECT 1 FROM order_upgrade.chunk WHERE source = 'orders' AND finished_at > $1 LIMIT 1",
      [since],
    );
    if (rows.length > 0) return;
    await sleep(20);
  }
}

async function changedByte(stand: Stand, orders: number): Promise<boolean> {
  const { client, database } = stand;
  const order = Math.floor(orders * 0.61);
  await client.query("SET order_upgrade.applying = 'on'");
  await client.query("UPDATE shop_v4.order_lines SET name = 'Articlf' WHERE order_id = $1 AND position = 2", [
    order,
  ]);
  await client.query("RESET order_upgrade.applying");
  const { model } = await database.withConnection((connection) => open(connection, subject()));
  const look = () => compare({ database, model, parallel: PARALLEL, only: ["orders"] });
  const { differences } = await look();
  const [found] = differences;
  const located =
    differences.length === 1 &&
    found?.relation === "order_lines" &&
    found.owner === String(order) &&
    Object.keys(found.columns).join() === "name";
  await repair(database, model, differences, "old");
  return located && (await look()).equal;
}

import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Session } from "../session";

/** Milliseconds between two writes. */
const PAUSE = 40;
/** Share of the slowest writes that is left out: one that met a flush of the log tells nothing of the load. */
const OUTLIERS = 0.1;
/** Writes before the work begins, and milliseconds between them. */
const QUIET_WRITES = 10;
const QUIET_PAUSE = 20;

/**
 * Small writes all the time, on a connection of its own. A load of short chunks comes and goes within milliseconds, so
 * looking at one instant would tell either nothing of it or nothing else.
 */
export class Probe {
  #taken: number[] = [];
  /** When the write that is under way began. */
  #since: number | undefined;

  constructor(
    private readonly session: Session,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when the signal is aborted. */
  async run(): Promise<void> {
    while (!this.signal.aborted) {
      try {
        const client = await this.session.client();
        this.#since = performance.now();
        this.#taken.push(await smallWrite(client));
      } catch {
        // The workers meet the same trouble and report it.
      }
      this.#since = undefined;
      await sleep(PAUSE, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }

  /** Milliseconds a small write took since the last call, or takes already; undefined when nobody could write. */
  take(): number | undefined {
    const taken = this.#taken.splice(0);
    if (taken.length > 0) return typical(taken);
    return this.#since === undefined ? undefined : performance.now() - this.#since;
  }
}

/** Milliseconds a small write takes before the work begins. Takes a fifth of a second where others are at work, as they are uneven. */
export async function quietWrites(client: pg.ClientBase, othersAtWork: boolean): Promise<number> {
  const taken: number[] = [];
  for (let write = 0; write < QUIET_WRITES; write += 1) {
    if (othersAtWork) await sleep(QUIET_PAUSE);
    taken.push(await smallWrite(client));
  }
  return typical(taken);
}

/**
 * Milliseconds a small write takes once the connection is awake: what slept is slow on an idle server as well. It writes
 * to the log alone, and waits until that is kept: old versions of a row that is updated all the time stay as long as
 * any snapshot does, and whoever only reads tables may write it too.
 */
async function smallWrite(client: pg.ClientBase): Promise<number> {
  await client.query("SELECT");
  const began = performance.now();
  await client.query("SELECT pg_logical_emit_message(true, 'order_upgrade', '')");
  return performance.now() - began;
}

/** The mean without outliers. The median would not see what only a third of the writes meet. */
export function typical(taken: readonly number[]): number {
  const kept = [...taken]
    .sort((a, b) => a - b)
    .slice(0, Math.max(1, Math.floor(taken.length * (1 - OUTLIERS))));
  return kept.reduce((sum, one) => sum + one, 0) / kept.length;
}

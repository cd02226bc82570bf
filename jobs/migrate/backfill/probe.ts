import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Session } from "../session";
import { BOOK } from "../sql/names";

/** Milliseconds between two writes. */
const PAUSE = 40;
/** Share of the slowest writes that is left out: one that met a flush of the log tells nothing of the load. */
const OUTLIERS = 0.1;
/** Writes before loading begins. */
const QUIET_WRITES = 15;

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

/** Milliseconds a small write takes before loading begins. Takes half a second where others are at work, as they are uneven. */
export async function quietWrites(client: pg.ClientBase, othersAtWork: boolean): Promise<number> {
  const taken: number[] = [];
  for (let write = 0; write < QUIET_WRITES; write += 1) {
    if (othersAtWork) await sleep(PAUSE);
    taken.push(await smallWrite(client));
  }
  return typical(taken);
}

/** Milliseconds a small write takes once the connection is awake: what slept is slow on an idle server as well. */
async function smallWrite(client: pg.ClientBase): Promise<number> {
  await client.query("SELECT");
  const began = performance.now();
  await client.query(`UPDATE ${BOOK}.migration SET changed_at = clock_timestamp()`);
  return performance.now() - began;
}

/** The mean without outliers. The median would not see what only a third of the writes meet. */
export function typical(taken: readonly number[]): number {
  const kept = [...taken]
    .sort((a, b) => a - b)
    .slice(0, Math.max(1, Math.floor(taken.length * (1 - OUTLIERS))));
  return kept.reduce((sum, one) => sum + one, 0) / kept.length;
}

import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** Milliseconds: the longest to wait, one look, and between two counts of a look. */
const LONGEST = 3000;
const LOOK = 250;
const COUNT = 50;

/**
 * Statements of other sessions that run at one time, on average of some counts. Where no more than `few` sessions are at
 * work, counting on would tell nothing: those that run now are told at once.
 */
export async function statementsAtOnce(
  client: pg.ClientBase,
  { few = 1, signal }: { few?: number; signal?: AbortSignal | undefined } = {},
): Promise<number> {
  let sum = 0;
  for (let count = 0; count < LOOK / COUNT; count += 1) {
    const { rows } = await client.query<{ active: number; sessions: number }>(
      `SELECT count(*) FILTER (WHERE state = 'active')::int AS active,
              count(*) FILTER (WHERE state = 'active' OR state_change > clock_timestamp() - interval '1 second')::int AS sessions
         FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    const { active = 0, sessions = 0 } = rows[0] ?? {};
    if (sessions <= few) return active;
    sum += active;
    await sleep(COUNT, undefined, { signal });
  }
  return (sum * COUNT) / LOOK;
}

/**
 * Waits until customers are served about as before again, when `before` statements ran at one time. Every session plans
 * the triggers at its first write, which takes it some 50 ms of a core; a load that began right then would come on top.
 * The number at work is the rate of statements times the time each takes (Little's law), and the triggers alone may
 * double that time.
 */
export async function settle(client: pg.ClientBase, before: number, signal?: AbortSignal): Promise<void> {
  const usual = 2 * before + 1;
  let calm = 0;
  for (let waited = 0; waited < LONGEST && calm < 2; waited += LOOK)
    calm = (await statementsAtOnce(client, { few: usual, signal })) <= usual ? calm + 1 : 0;
}

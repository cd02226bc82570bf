import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** Milliseconds: the longest to wait, one look, and between two counts of a look. */
const LONGEST = 3000;
const LOOK = 250;
const COUNT = 50;

/** Statements of other sessions that run at one time, on average of some counts; told at once where nobody is at work. */
export async function statementsAtOnce(client: pg.ClientBase, signal?: AbortSignal): Promise<number> {
  let sum = 0;
  for (let count = 0; count < LOOK / COUNT; count += 1) {
    const { rows } = await client.query<{ active: number; lately: number }>(
      `SELECT count(*) FILTER (WHERE state = 'active')::int AS active,
              count(*) FILTER (WHERE state_change > clock_timestamp() - interval '1 second')::int AS lately
         FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    const { active = 0, lately = 0 } = rows[0] ?? {};
    if (active === 0 && lately === 0) return 0;
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
  let calm = 0;
  for (let waited = 0; waited < LONGEST && calm < 2; waited += LOOK)
    calm = (await statementsAtOnce(client, signal)) <= 2 * before + 1 ? calm + 1 : 0;
}

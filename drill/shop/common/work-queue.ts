import type { Connection, Database, Statement } from "./database";

/** A row of `work` this process has claimed. */
export interface Item {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  /** Counts this claim. */
  readonly attempts: number;
}

/**
 * The queue of a worker. A claim is a lease: it is written down with its end, so that whoever looks into the table sees
 * what is in flight, and a killed worker's items become free by themselves. What an item does to the database is
 * committed together with the end of its claim, and only while the claim is still ours: nothing is done twice.
 */
export interface WorkQueue {
  claim(kinds: readonly string[], limit: number): Promise<Item[]>;
  /** Commits `effect` and ends the item, in one transaction. False, with nothing changed, when the lease was lost. */
  finish(item: Item, effect: (connection: Connection) => Promise<void>): Promise<boolean>;
  /** Gives items back, to be taken again after a delay. `attempts` 0 starts the count anew. */
  postpone(items: readonly Item[], delayMs: number, attempts?: 0): Promise<void>;
  /** Gives an item back after a failure, with the reason; the delay doubles with each attempt up to a minute. */
  retryLater(item: Item, problem: string): Promise<void>;
}

const LONGEST_DELAY_MS = 60_000;

export function openWorkQueue(
  database: Database,
  options: { worker: string; owner: string; leaseSeconds: number },
): WorkQueue {
  const { worker, owner, leaseSeconds } = options;
  const claim: Statement = {
    name: "work-claim",
    text: `UPDATE work
      SET claimed_by = $2, claimed_until = now() + make_interval(secs => $3), attempts = attempts + 1
      WHERE id IN (
        SELECT id FROM work
        WHERE worker = $1 AND kind = ANY ($4) AND due_at <= now() AND (claimed_until IS NULL OR claimed_until <= now())
        ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED)
      RETURNING id, kind, subject, attempts`,
  };
  const end: Statement = {
    name: "work-end",
    text: `DELETE FROM work WHERE id = $1 AND claimed_by = $2 AND claimed_until IS NOT NULL RETURNING id`,
  };
  const postpone: Statement = {
    name: "work-postpone",
    text: `UPDATE work
      SET due_at = now() + make_interval(secs => $3), claimed_until = NULL, problem = $4, attempts = coalesce($5, attempts)
      WHERE id = ANY ($1) AND claimed_by = $2`,
  };
  return {
    claim: (kinds, limit) => database.rows<Item>(claim, [worker, owner, leaseSeconds, kinds, limit]),
    finish(item, effect) {
      return database.transaction(async (connection) => {
        // First the row of the item: it stays locked, so nobody takes it over while the effect is written.
        const ended = await connection.rows(end, [item.id, owner]);
        if (ended.length === 0) return false;
        await effect(connection);
        return true;
      });
    },
    async postpone(items, delayMs, attempts) {
      if (items.length === 0) return;
      const ids = items.map((item) => item.id);
      await database.rows(postpone, [ids, owner, delayMs / 1000, null, attempts ?? null]);
    },
    async retryLater(item, problem) {
      const delayMs = Math.min(LONGEST_DELAY_MS, 500 * 2 ** Math.min(item.attempts, 10));
      await database.rows(postpone, [[item.id], owner, delayMs / 1000, problem.slice(0, 500), null]);
    },
  };
}

/** Puts an item into a queue, once: an item of the same worker, kind and subject is left as it is. */
export const ENQUEUE: Statement = {
  name: "work-enqueue",
  text: `INSERT INTO work (worker, kind, subject, due_at)
    VALUES ($1, $2, $3, now() + make_interval(secs => $4)) ON CONFLICT (worker, kind, subject) DO NOTHING`,
};

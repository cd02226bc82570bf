import type pg from "pg";
import { BOOK } from "../sql/names";
import type { Observation } from "./throttle";

/** Looks at the live system: who waits for the load, how far replicas are behind, how long a small write takes. */
export async function observe(
  client: pg.ClientBase,
  backends: readonly number[],
): Promise<Omit<Observation, "chunkSeconds">> {
  const { rows } = await client.query<{ blocked: number; lag: string | null }>(
    `SELECT (SELECT count(*) FROM pg_stat_activity a
              WHERE a.wait_event_type = 'Lock' AND a.pid <> ALL ($1::int[]) AND pg_blocking_pids(a.pid) && $1::int[])::int AS blocked,
            (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication)::text AS lag`,
    [backends],
  );
  const began = performance.now();
  await client.query(`UPDATE ${BOOK}.migration SET changed_at = clock_timestamp()`);
  return {
    blocked: rows[0]?.blocked ?? 0,
    lag: rows[0]?.lag == null ? null : Number(rows[0].lag),
    writeLatency: performance.now() - began,
  };
}

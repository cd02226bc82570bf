import type pg from "pg";
import type { JsonValue } from "../frame/result";

export interface DatabaseCounters {
  readonly at: number;
  readonly commits: number;
  readonly rollbacks: number;
  readonly hits: number;
  readonly reads: number;
  readonly deadlocks: number;
  readonly temporaryBytes: number;
}

export async function readCounters(client: pg.ClientBase, at: number): Promise<DatabaseCounters> {
  const { rows } = await client.query<Record<string, string>>(
    `SELECT xact_commit, xact_rollback, blks_hit, blks_read, deadlocks, temp_bytes
       FROM pg_stat_database WHERE datname = current_database()`,
  );
  const row = rows[0] ?? {};
  const number = (name: string): number => Number(row[name] ?? 0);
  return {
    at,
    commits: number("xact_commit"),
    rollbacks: number("xact_rollback"),
    hits: number("blks_hit"),
    reads: number("blks_read"),
    deadlocks: number("deadlocks"),
    temporaryBytes: number("temp_bytes"),
  };
}

/** What the database did between two readings, and what it is now. */
export async function databaseFigures(
  client: pg.ClientBase,
  before: DatabaseCounters,
  after: DatabaseCounters,
): Promise<{ [name: string]: JsonValue }> {
  const seconds = Math.max((after.at - before.at) / 1000, 0.001);
  const blocks = after.hits - before.hits + (after.reads - before.reads);
  const { rows } = await client.query<{ size: string; sessions: string }>(
    `SELECT pg_database_size(current_database()) AS size,
            (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS sessions`,
  );
  return {
    commitsPerSecond: (after.commits - before.commits) / seconds,
    rollbacksPerSecond: (after.rollbacks - before.rollbacks) / seconds,
    cacheHitShare: blocks === 0 ? 1 : (after.hits - before.hits) / blocks,
    deadlocks: after.deadlocks - before.deadlocks,
    temporaryBytes: after.temporaryBytes - before.temporaryBytes,
    sizeBytes: Number(rows[0]?.size ?? 0),
    sessions: Number(rows[0]?.sessions ?? 0),
  };
}

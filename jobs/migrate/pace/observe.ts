import type pg from "pg";
import type { Session } from "../session";
import { BOOK } from "../sql/names";
import { type Decision, decide, type Limits, type Observation, type Pace } from "./throttle";

/** What the work itself knows when it looks at the live system. */
interface Known extends Pick<Observation, "chunkSeconds" | "quiet" | "writeLatency"> {
  /** Server processes of the work's own sessions. */
  readonly backends: readonly number[];
}

/** Looks at the live system and decides. Undefined when the pace stays, or nobody could look. */
export async function reconsider(
  session: Session,
  pace: Pace,
  { backends, ...known }: Known,
  limits: Limits,
  keep: boolean,
): Promise<Decision | undefined> {
  try {
    const client = await session.client();
    const decision = decide(pace, { ...(await observe(client, backends)), ...known }, limits);
    if (decision === undefined || !keep) return decision;
    await client.query(
      `INSERT INTO ${BOOK}.decision (chunk_rows, pause_ms, parallel, reason) VALUES ($1, $2, $3, $4)`,
      [decision.chunkRows, decision.pause, decision.parallel, decision.reason],
    );
    return decision;
  } catch {
    // The workers meet the same trouble and report it.
    return undefined;
  }
}

/**
 * Sessions that did something in the last second, but those whose processes are `$1`, and those of the same step, which
 * bear its name.
 */
const OTHERS = `(SELECT count(*) FROM pg_stat_activity a
              WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
                AND a.pid <> ALL ($1::int[]) AND a.application_name IS DISTINCT FROM NULLIF(current_setting('application_name'), '')
                AND a.state_change > clock_timestamp() - interval '1 second')::int`;

/** Other sessions at work. */
export async function othersAtWork(client: pg.ClientBase, backends: readonly number[]): Promise<number> {
  const { rows } = await client.query<{ others: number }>(`SELECT ${OTHERS} AS others`, [backends]);
  return rows[0]?.others ?? 0;
}

/** Looks at the live system: who is at work, who waits for the load, how far replicas are behind. */
async function observe(
  client: pg.ClientBase,
  backends: readonly number[],
): Promise<Omit<Observation, "chunkSeconds" | "quiet" | "writeLatency">> {
  const { rows } = await client.query<{ blocked: number; others: number; lag: string | null }>(
    `SELECT (SELECT count(*) FROM pg_stat_activity a
              WHERE a.wait_event_type = 'Lock' AND a.pid <> ALL ($1::int[]) AND pg_blocking_pids(a.pid) && $1::int[])::int AS blocked,
            ${OTHERS} AS others,
            (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication)::text AS lag`,
    [backends],
  );
  return {
    blocked: rows[0]?.blocked ?? 0,
    others: rows[0]?.others ?? 0,
    lag: rows[0]?.lag == null ? null : Number(rows[0].lag),
  };
}

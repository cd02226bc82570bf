import type pg from "pg";
import type { Check } from "../frame/result";

export interface DatabaseLimits {
  /** `server_version_num`. */
  readonly oldestServer: number;
  readonly freeConnections: number;
  /** Seconds. */
  readonly longestTransaction: number;
  /** Bytes the instance has in all; undefined when nobody said. */
  readonly databaseStorage: number | undefined;
  /** Share that must stay free with both models. */
  readonly databaseReserve: number;
}

interface State {
  readonly version: number;
  readonly versionText: string;
  readonly maximum: number;
  readonly reserved: number;
  readonly sessions: number;
  readonly oldest: { readonly seconds: number; readonly user: string; readonly pid: number } | null;
  readonly waiting: number;
  readonly prepared: number;
  readonly recovery: boolean;
  readonly ssl: string;
  readonly ownSsl: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly size: number;
  readonly model: number;
  readonly slots: number;
  readonly lag: number;
  readonly horizon: string;
  readonly freezeAge: number;
}

/** Settings an upgrade relies on. */
const SETTINGS: readonly { name: string; holds: (value: string) => boolean; limit: string; why: string }[] = [
  {
    name: "fsync",
    holds: (value) => value === "on",
    limit: "on",
    why: "without it a power cut loses orders",
  },
  {
    name: "full_page_writes",
    holds: (value) => value === "on",
    limit: "on",
    why: "without it a power cut damages pages",
  },
  {
    name: "autovacuum",
    holds: (value) => value === "on",
    limit: "on",
    why: "the backfill leaves work for it",
  },
  {
    name: "server_encoding",
    holds: (value) => value === "UTF8",
    limit: "UTF8",
    why: "names of customers need it",
  },
  {
    name: "password_encryption",
    holds: (value) => value === "scram-sha-256",
    limit: "scram-sha-256",
    why: "weaker hashes can be guessed",
  },
  {
    name: "session_replication_role",
    holds: (value) => value === "origin",
    limit: "origin",
    why: "otherwise triggers do not fire and the models drift apart",
  },
];

/** Version, settings, head-room and what is going on in the database (M2.3, M3.1). */
export async function checkDatabase(
  client: pg.ClientBase,
  schema: string,
  limits: DatabaseLimits,
  development: boolean,
): Promise<{ checks: Check[]; horizon: string; figures: { size: number; model: number; sessions: number } }> {
  const state = await readState(client, schema);
  const free = state.maximum - state.reserved - state.sessions;
  // The new model stands beside the old one, with its indexes and the log of filling it.
  const needed = state.model * 2;
  const storage = limits.databaseStorage;
  const left = storage === undefined ? undefined : 1 - (state.size + needed) / storage;
  const checks: Check[] = [
    {
      name: "database-version",
      holds: state.version >= limits.oldestServer,
      value: state.versionText,
      limit: limits.oldestServer,
      detail: "upgrade the database first; see the two-step version upgrade",
    },
    {
      name: "database-is-primary",
      holds: !state.recovery,
      value: state.recovery ? "standby" : "primary",
      detail: "the address must lead to the instance that takes writes",
    },
    {
      name: "free-connections",
      holds: free >= limits.freeConnections,
      value: free,
      limit: limits.freeConnections,
      detail: `${state.sessions} of ${state.maximum} connections are used; the new release and the migration need more, so raise max_connections or end what is not needed`,
    },
    {
      name: "database-storage",
      holds: left === undefined || left >= limits.databaseReserve,
      value: left === undefined ? { database: state.size, needed } : Math.round(left * 1000) / 1000,
      limit: limits.databaseReserve,
      detail:
        left === undefined
          ? "the size of the storage is not in the parameters (verification.databaseStorage), so only the need is recorded"
          : `${state.size} bytes are used, the new model needs about ${needed} more of ${storage}; enlarge the storage`,
    },
    {
      name: "long-transactions",
      holds: (state.oldest?.seconds ?? 0) <= limits.longestTransaction,
      value: state.oldest?.seconds ?? 0,
      limit: limits.longestTransaction,
      detail:
        state.oldest === null
          ? "no transaction is open"
          : `process ${state.oldest.pid} of ${state.oldest.user} is the oldest; it holds back the switch-over of triggers, so let it finish or end it`,
    },
    {
      name: "prepared-transactions",
      holds: state.prepared === 0,
      value: state.prepared,
      limit: 0,
      detail: "commit or roll back what pg_prepared_xacts shows; nobody else will",
    },
    {
      name: "lock-waits",
      holds: state.waiting === 0,
      value: state.waiting,
      limit: 0,
      detail:
        "sessions have waited for a lock longer than a second; find who holds it with pg_blocking_pids()",
    },
    {
      name: "replication-lag",
      holds: state.lag <= MOST_LAG,
      value: state.lag,
      limit: MOST_LAG,
      detail: `bytes that the slowest of ${state.slots} replication slots is behind; let it catch up, or drop a slot nobody reads`,
    },
    {
      name: "transaction-ids",
      holds: state.freezeAge < MOST_AGE,
      value: state.freezeAge,
      limit: MOST_AGE,
      detail: "the oldest row not frozen is too old; run VACUUM FREEZE before adding the load of a migration",
    },
    {
      name: "encrypted-connection",
      holds: state.ownSsl || state.ssl === "loopback",
      value: state.ownSsl ? "TLS" : state.ssl,
      limit: "TLS",
      detail: "the connection of this Job is not encrypted; set sslmode=verify-full",
    },
    ...SETTINGS.map(({ name, holds, limit, why }) => {
      const value = state.settings[name] ?? "";
      const durability = name === "fsync" || name === "full_page_writes";
      return {
        name: `setting-${name.replaceAll("_", "-")}`,
        holds: holds(value) || (durability && development),
        value,
        limit,
        detail:
          !holds(value) && durability && development ? `${why}; tolerated on the loopback address only` : why,
      };
    }),
  ];
  return {
    checks,
    horizon: state.horizon,
    figures: { size: state.size, model: state.model, sessions: state.sessions },
  };
}

const MOST_LAG = 1024 ** 3;
const MOST_AGE = 1_500_000_000;

async function readState(client: pg.ClientBase, schema: string): Promise<State> {
  const { rows } = await client.query<{ state: State }>(
    `SELECT json_build_object(
      'version', current_setting('server_version_num')::int,
      'versionText', current_setting('server_version'),
      'maximum', current_setting('max_connections')::int,
      'reserved', current_setting('superuser_reserved_connections')::int,
      'sessions', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
      'oldest', (SELECT json_build_object('seconds', floor(extract(epoch FROM now() - xact_start)), 'user', usename, 'pid', pid)
                   FROM pg_stat_activity
                  WHERE xact_start IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid()
                  ORDER BY xact_start LIMIT 1),
      'waiting', (SELECT count(*) FROM pg_locks WHERE NOT granted AND waitstart < now() - interval '1 second'),
      'prepared', (SELECT count(*) FROM pg_prepared_xacts),
      'recovery', pg_is_in_recovery(),
      'ssl', CASE WHEN inet_client_addr() IS NULL OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1' THEN 'loopback' ELSE 'plain' END,
      'ownSsl', coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
      'settings', (SELECT json_object_agg(name, setting) FROM pg_settings WHERE name = ANY ($2)),
      'size', pg_database_size(current_database()),
      'model', (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                 WHERE nspname = $1 AND relkind IN ('r', 'p')),
      'slots', (SELECT count(*) FROM pg_replication_slots),
      'lag', (SELECT coalesce(max(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)), 0)
                FROM pg_replication_slots WHERE restart_lsn IS NOT NULL),
      'horizon', pg_snapshot_xmin(pg_current_snapshot())::text,
      'freezeAge', (SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database())
    ) AS state`,
    [schema, SETTINGS.map(({ name }) => name)],
  );
  const state = rows[0]?.state;
  if (state === undefined) throw new Error("the database does not say how it is");
  return state;
}

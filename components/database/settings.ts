/** `17.5` belongs to the family `postgres17`. */
export const familyOf = (engineVersion: string): string => `postgres${engineVersion.split(".")[0]}`;

interface Limits {
  readonly slowQueryMilliseconds: number;
}

/** Server settings. Those that only take effect at a restart say so, so that an update never restarts by surprise. */
export function databaseParameters(limits: Limits) {
  const now = (name: string, value: string | number) => ({
    name,
    value: String(value),
    applyMethod: "immediate",
  });
  const restart = (name: string, value: string | number) => ({
    name,
    value: String(value),
    applyMethod: "pending-reboot",
  });
  return [
    now("rds.force_ssl", 1),
    restart("shared_preload_libraries", "pg_stat_statements,pgaudit"),
    now("pgaudit.log", "ddl,role"),
    now("log_min_duration_statement", limits.slowQueryMilliseconds),
    now("log_lock_waits", 1),
    now("log_connections", 1),
    now("log_disconnections", 1),
    now("idle_in_transaction_session_timeout", 3_600_000),
    now("track_io_timing", 1),
    restart("max_locks_per_transaction", 128),
  ];
}

interface UrlOptions {
  readonly statementLimitMilliseconds?: number | undefined;
  /** Whether the stack brings the certificates of the database's authority. */
  readonly ownAuthority?: boolean;
}

/** Where programs find the certificates of the database's authority, when the stack brings them. */
export const AUTHORITY_FOLDER = "/etc/order-upgrade/database";
export const AUTHORITY_FILE = "authority.pem";

/** Connection URL of a role. The server has to prove who it is; a statement limit holds for this role's sessions only. */
export function databaseUrl(
  role: string,
  password: string,
  address: string,
  port: number,
  database: string,
  { statementLimitMilliseconds, ownAuthority = false }: UrlOptions = {},
): string {
  const authority = ownAuthority ? `&sslrootcert=${AUTHORITY_FOLDER}/${AUTHORITY_FILE}` : "";
  const limit =
    statementLimitMilliseconds === undefined
      ? ""
      : `&options=${encodeURIComponent(`-c statement_timeout=${statementLimitMilliseconds}`)}`;
  return `postgresql://${encodeURIComponent(role)}:${encodeURIComponent(password)}@${address}:${port}/${database}?sslmode=verify-full${authority}${limit}`;
}

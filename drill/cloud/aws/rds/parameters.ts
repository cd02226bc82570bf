import { isList, isValues, type Value } from "../../provider/values";

/** Settings that the drill's server takes over as they are. Memory and processes stay what a small machine bears. */
const APPLIED = [
  /^log_(?!directory|filename|destination|file_mode|rotation)/,
  /^autovacuum/,
  /^vacuum_/,
  /^(statement|lock|idle_in_transaction_session|idle_session|transaction|deadlock)_timeout$/,
  /^(work_mem|maintenance_work_mem|random_page_cost|seq_page_cost|effective_io_concurrency)$/,
  /^(default_statistics_target|track_\w+|timezone|TimeZone|client_encoding|default_transaction_isolation)$/,
  /^(bytea_output|datestyle|intervalstyle|search_path|row_security|password_encryption)$/,
  /^(max_locks_per_transaction|max_parallel_\w+|synchronous_commit|wal_compression|jit)$/,
];

export interface Applied {
  /** For postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
  /** Names that the drill leaves alone. */
  readonly ignored: readonly string[];
  readonly forceTls: boolean;
}

/** What the parameters of a group mean for the drill's server. */
export function applied(parameters: Value | undefined): Applied {
  const settings: Record<string, string> = {};
  const ignored: string[] = [];
  // On from PostgreSQL 15 on, unless a group says otherwise.
  let forceTls = true;
  for (const parameter of isList(parameters) ? parameters : []) {
    if (!isValues(parameter)) continue;
    const [name, value] = [String(parameter.name), String(parameter.value)];
    if (name === "rds.force_ssl") forceTls = value !== "0";
    else if (name === "rds.logical_replication") settings.wal_level = value === "1" ? "logical" : "replica";
    // AWS formulas such as {DBInstanceClassMemory/9531392} speak of another machine.
    else if (APPLIED.some((pattern) => pattern.test(name)) && !value.includes("{")) settings[name] = value;
    else ignored.push(name);
  }
  return { settings, ignored, forceTls };
}

export function configurationFile({ settings }: Applied): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replace(/'/g, "''")}'`);
  return `${["# Written by the drill cloud from the parameter group.", ...lines].join("\n")}\n`;
}

/** Who may connect, and how. The operator's own connections stay on the loopback address without TLS. */
export function hostBasedAuthentication(operator: string, forceTls: boolean, closed = false): string {
  const customers = closed
    ? "host all all 127.0.0.1/32 reject"
    : `${forceTls ? "hostssl" : "host"} all all 127.0.0.1/32 scram-sha-256`;
  return `host all ${operator} 127.0.0.1/32 scram-sha-256\nhostssl all ${operator} 127.0.0.1/32 scram-sha-256\n${customers}\n`;
}

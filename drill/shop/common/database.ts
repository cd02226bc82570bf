import pg from "pg";
import type { Logger } from "pino";

/** A statement prepared once a connection; its name must belong to its text alone. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Value = string | number | boolean | Date | null | readonly string[] | readonly number[];

export interface Connection {
  rows<Row extends object>(statement: Statement, values?: readonly Value[]): Promise<Row[]>;
}

export interface Database extends Connection {
  /**
   * Runs `work` in one transaction. After a deadlock or a serialisation failure it runs again, up to 5 times in all, as a
   * single statement does; so `work` may touch nothing but the database.
   */
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** When a statement was last answered, in milliseconds since 1970; 0 before the first. */
  answeredAt(): number;
  close(): Promise<void>;
}

const ATTEMPTS = 5;
const DEADLOCK = "40P01";
const SERIALISATION_FAILURE = "40001";

export function openDatabase(
  options: { url: string; schema: string; connections: number; application: string },
  log: Logger,
): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    application_name: options.application,
    options: `-c search_path=${options.schema}`,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: { getTypeParser: typeParser as pg.CustomTypesConfig["getTypeParser"] },
  });
  // A connection that breaks between two statements reports it by an event; the next statement on it fails and says so.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", (problem) => log.warn({ problem: problem.message }, "idle database connection lost"));

  async function repeatedly<Result>(run: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (problem) {
        const code = (problem as { code?: unknown }).code;
        if (attempt === ATTEMPTS || (code !== DEADLOCK && code !== SERIALISATION_FAILURE)) throw problem;
        log.info({ code, attempt }, "transaction runs again");
      }
    }
  }

  let answeredAt = 0;
  const rows: Rows = async (on, statement, values = []) => {
    const { name, text } = statement;
    const result = await on.query({ name, text, values: [...values] });
    answeredAt = Date.now();
    return result.rows;
  };
  return {
    answeredAt: () => answeredAt,
    rows: (statement, values) => repeatedly(() => rows(pool, statement, values)),
    transaction: (work) => repeatedly(() => inTransaction(pool, rows, work)),
    close: () => pool.end(),
  };
}

type Rows = <Row extends object>(
  on: pg.Pool | pg.PoolClient,
  statement: Statement,
  values?: readonly Value[],
) => Promise<Row[]>;

async function inTransaction<Result>(
  pool: pg.Pool,
  rows: Rows,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work({ rows: (statement, values) => rows(client, statement, values) });
    await client.query("COMMIT");
    return result;
  } catch (problem) {
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure;
    });
    throw problem;
  } finally {
    client.release(broken);
  }
}

/** bigint columns hold ids and minor units, which stay below 2^53, so they are numbers here. */
function typeParser(oid: number, format?: "text" | "binary"): unknown {
  return oid === pg.types.builtins.INT8 && format !== "binary"
    ? Number
    : pg.types.getTypeParser(oid, format as "text");
}

const LOST = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
]);

/** Whether a failure means that the database could not be reached, not that it refused something. */
export function isConnectionProblem(problem: unknown): boolean {
  const { code, message } = problem as { code?: unknown; message?: unknown };
  if (typeof code === "string") return LOST.has(code) || code.startsWith("08");
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(String(message));
}

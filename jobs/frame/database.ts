import pg from "pg";
import { type RetryOptions, retryTransient } from "./retry";

export interface SessionOptions {
  /** Milliseconds a statement may take; 0 is without limit. Default: 60,000. */
  readonly statementTimeout?: number;
  /** Milliseconds to wait for a lock before giving way to customers. Default: 5,000. */
  readonly lockTimeout?: number;
}

export interface TransactionOptions extends SessionOptions {
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  readonly readOnly?: boolean;
  /** How transient failures are repeated: the whole transaction again. `{ tries: 1 }` turns it off. */
  readonly retry?: RetryOptions;
}

/** A PostgreSQL database as one role. Every connection has timeouts and is named after the step. */
export interface Database {
  readonly url: string;
  /** A connection of its own; the caller ends it. Only connecting is repeated on transient failures. */
  connect(options?: SessionOptions): Promise<pg.Client>;
  /** One statement on a shared connection, repeated on transient failures: only for what may run twice. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Work on a connection of its own, ended afterwards. */
  withConnection<T>(work: (client: pg.Client) => Promise<T>, options?: SessionOptions): Promise<T>;
  /** A transaction on a connection of its own, rolled back when the work throws. */
  transaction<T>(work: (client: pg.Client) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Ends every connection. `now` cuts them; the server rolls back what was open. */
  close(how?: "politely" | "now"): Promise<void>;
}

export interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly signal?: AbortSignal;
  readonly onRetry?: RetryOptions["onRetry"];
}

export function openDatabase(url: string, options: DatabaseOptions): Database {
  const open = new Set<pg.Client>();
  const retry: RetryOptions = {
    signal: options.signal,
    ...(options.onRetry ? { onRetry: options.onRetry } : {}),
  };
  let shared: Promise<pg.Client> | undefined;

  async function connectOnce({ statementTimeout = 60_000, lockTimeout = 5_000 }: SessionOptions) {
    const client = new pg.Client({
      connectionString: url,
      application_name: options.name,
      connectionTimeoutMillis: 10_000,
      statement_timeout: statementTimeout,
      lock_timeout: lockTimeout,
      idle_in_transaction_session_timeout: 600_000,
      keepAlive: true,
    });
    // Without a listener a connection that breaks while idle would end the process.
    client.on("error", () => undefined);
    client.once("end", () => open.delete(client));
    open.add(client);
    try {
      await client.connect();
      // When this process dies, the server must notice although the statement is still running.
      await client.query("SET client_connection_check_interval = '2s'");
      return client;
    } catch (problem) {
      open.delete(client);
      await client.end().catch(() => undefined);
      throw problem;
    }
  }

  const connect = (session: SessionOptions = {}): Promise<pg.Client> =>
    retryTransient(() => connectOnce(session), retry);

  async function query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) {
    return retryTransient(async () => {
      shared ??= connectOnce({});
      const mine = shared;
      try {
        const client = await mine;
        return (await client.query<Row>(sql, [...values])).rows;
      } catch (problem) {
        // A broken connection is not used again; a failed statement leaves it whole, and replacing it costs little.
        if (shared === mine) shared = undefined;
        void mine.then((client) => client.end()).catch(() => undefined);
        throw problem;
      }
    }, retry);
  }

  async function withConnection<T>(work: (client: pg.Client) => Promise<T>, session: SessionOptions = {}) {
    const client = await connect(session);
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  function transaction<T>(work: (client: pg.Client) => Promise<T>, choice: TransactionOptions = {}) {
    return retryTransient(
      () =>
        withConnection(async (client) => {
          await client.query(
            `BEGIN ISOLATION LEVEL ${choice.isolation ?? "read committed"}${choice.readOnly ? " READ ONLY" : ""}`,
          );
          try {
            const result = await work(client);
            await client.query("COMMIT");
            return result;
          } catch (problem) {
            await client.query("ROLLBACK").catch(() => undefined);
            throw problem;
          }
        }, choice),
      { ...retry, ...choice.retry },
    );
  }

  return {
    url,
    connect,
    query,
    withConnection,
    transaction,
    async close(how = "politely") {
      const clients = [...open];
      open.clear();
      shared = undefined;
      if (how === "now") {
        for (const client of clients) cut(client);
        return;
      }
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    },
  };
}

function cut(client: pg.Client): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}

/** A PostgreSQL identifier, quoted. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A PostgreSQL string literal. */
export const literal = (text: string): string => pg.escapeLiteral(text);

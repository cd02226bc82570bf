import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Database } from "../frame/database";
import { isTransient } from "../frame/retry";

/** Work inside one transaction on an open connection. */
export async function inTransaction<T>(
  client: pg.ClientBase,
  work: () => Promise<T>,
  begin = "BEGIN",
): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (problem) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw problem;
  }
}

export interface Patience {
  /** Milliseconds one try may wait for a lock at most. */
  readonly lockTimeout: number;
  /** Tries in all. Default 40: with the pauses between them, about five minutes. */
  readonly tries?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((problem: unknown) => void) | undefined;
}

/** Milliseconds the first try of a change waits for its locks. */
const FIRST_WAIT = 50;

/**
 * Changes of the schema of a live system: each try waits only briefly for its locks, so that customers queue behind it
 * for no longer than that, and comes again after a growing pause. Later tries wait longer, up to `lockTimeout`.
 */
export async function changeSchema(
  client: pg.ClientBase,
  statements: readonly string[],
  { lockTimeout, tries = 40, signal, onRetry }: Patience,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      await inTransaction(client, async () => {
        const wait = Math.min(lockTimeout, FIRST_WAIT * 1.5 ** (attempt - 1));
        await client.query(`SET LOCAL lock_timeout = ${Math.round(wait)}`);
        for (const statement of statements) await client.query(statement);
      });
      return;
    } catch (problem) {
      const code = (problem as { code?: string }).code;
      if (attempt >= tries || (code !== "55P03" && code !== "40P01")) throw problem;
      onRetry?.(problem);
      await sleep(Math.min(10_000, 100 * 1.5 ** attempt) * (0.5 + Math.random() / 2));
    }
  }
}

/** The server's process of a connection. */
export const backendOf = (client: pg.Client | undefined): number | undefined =>
  (client as { processID?: number } | undefined)?.processID;

/** A connection that is opened again when it broke. One user at a time. */
export class Session {
  #client: pg.Client | undefined;
  #broken = false;

  constructor(
    private readonly database: Database,
    private readonly options: { readonly statementTimeout?: number; readonly lockTimeout?: number } = {},
  ) {}

  async client(): Promise<pg.Client> {
    if (this.#client !== undefined && !this.#broken) return this.#client;
    await this.#client?.end().catch(() => undefined);
    const client = await this.database.connect({ statementTimeout: 0, lockTimeout: 5000, ...this.options });
    this.#broken = false;
    client.on("error", () => {
      this.#broken = true;
    });
    client.once("end", () => {
      this.#broken = true;
    });
    this.#client = client;
    return client;
  }

  /** The server's process of the connection; undefined when none was opened yet. */
  get backend(): number | undefined {
    return backendOf(this.#client);
  }

  /** Runs work and repeats it, on a new connection where needed, after transient failures. */
  async repeat<T>(
    work: (client: pg.Client) => Promise<T>,
    options: {
      readonly tries?: number;
      readonly signal?: AbortSignal | undefined;
      readonly onRetry?: (problem: unknown) => void;
    } = {},
  ): Promise<T> {
    const { tries = 60, signal, onRetry } = options;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        return await work(await this.client());
      } catch (problem) {
        if (attempt >= tries || !(isTransient(problem) || takesNoWrites(problem))) throw problem;
        // A connection that was cut reports it with an error of its own; either way it is not used again.
        if (!isLockProblem(problem)) this.#broken = true;
        onRetry?.(problem);
        const pause = Math.min(takesNoWrites(problem) ? 15_000 : 5000, 50 * 1.6 ** attempt);
        await sleep(pause * (0.5 + Math.random() / 2));
      }
    }
  }

  async end(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }
}

/**
 * The disk is full, or the server takes no writes for want of room or because it changes its role. Somebody may put that
 * right while the job waits; nothing is lost by waiting.
 */
export const takesNoWrites = (problem: unknown): boolean =>
  ["53100", "25006"].includes((problem as { code?: string }).code ?? "");

const isLockProblem = (problem: unknown): boolean =>
  ["55P03", "40P01", "40001"].includes((problem as { code?: string }).code ?? "");

import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../frame/database";
import type { Model, Source } from "../declarations/model";
import { atPace, type Pacer } from "../pace/pacer";
import type { Limits, Pace } from "../pace/throttle";
import { Session } from "../session";
import { BOOK } from "../sql/names";
import { type Chunk, type ChunkResult, chunksInFlight, claimChunk } from "./ledger";
import { loadChunk } from "./load-chunk";

export interface BackfillOptions {
  readonly database: Database;
  readonly model: Model;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
  readonly say: (message: string) => void;
  readonly count: (source: string, done: number, total: number) => void;
}

export interface BackfillResult {
  readonly chunks: number;
  readonly redone: number;
  readonly rows: number;
  readonly seconds: number;
  readonly decisions: number;
}

/** Loads every source, several chunks at a time, the most important first, going on where an earlier run ended. */
export async function backfill(options: BackfillOptions): Promise<BackfillResult> {
  const began = performance.now();
  const control = new Session(options.database);
  try {
    return await atPace({ ...options, interval: 500, keep: true }, async (pacer) => {
      const run = new Backfill(options, control, pacer);
      await run.prepare();
      const workers = Array.from({ length: options.limits.parallel }, (_, index) => run.work(index));
      try {
        await Promise.all(workers);
      } finally {
        run.stop();
        await Promise.allSettled(workers);
      }
      return { ...run.figures(), seconds: (performance.now() - began) / 1000 };
    });
  } finally {
    await control.end();
  }
}

/** While a chunk of a source without ranges is loaded, every writer of the table waits. */
const MOST_UNRANGED = 1000;
const chunkRowsOf = (source: Source, { chunkRows }: Pace): number =>
  source.ranged ? chunkRows : Math.min(chunkRows, MOST_UNRANGED);

class Backfill {
  #redo: Chunk[] = [];
  #redone = 0;
  #chunks = 0;
  #rows = 0;
  readonly #stop = new AbortController();
  #halfSaid = false;
  /** Chunks of a source that are being loaded. */
  readonly #busy = new Map<string, number>();
  readonly #given = new Set<string>();
  readonly #finished = new Set<string>();
  readonly #done = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  readonly #sources: ReadonlyMap<string, Source>;
  /** Claims are made one at a time: they are short, and share a connection. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: BackfillOptions,
    private readonly control: Session,
    private readonly pacer: Pacer,
  ) {
    this.#sources = new Map(options.model.sources.map((source) => [source.table, source]));
  }

  async prepare(): Promise<void> {
    await this.control.repeat(async (client) => {
      this.pacer.own(this.control.backend);
      this.#redo = await chunksInFlight(client);
      const { rows } = await client.query<{ source: string; total: string; done: string; finished: boolean }>(
        `SELECT l.source, l.rows AS total, l.finished_at IS NOT NULL AS finished,
                (SELECT COALESCE(sum(c.rows), 0) FROM ${BOOK}.chunk c WHERE c.source = l.source) AS done FROM ${BOOK}.load l`,
      );
      for (const row of rows) {
        this.#totals.set(row.source, Number(row.total));
        this.#done.set(row.source, Number(row.done));
        if (row.finished) this.#finished.add(row.source);
      }
    }, this.#retries());
    this.#redone = this.#redo.length;
    if (this.#redone > 0) this.options.say(`loading ${this.#redone} chunks again that were in flight`);
  }

  async work(index: number): Promise<void> {
    const session = new Session(this.options.database);
    try {
      for (;;) {
        if (this.#stop.signal.aborted) return;
        this.options.signal?.throwIfAborted();
        if (index >= this.pacer.pace.parallel) {
          if (this.#finished.size === this.#sources.size) return;
          await sleep(50);
          continue;
        }
        const next = await this.#claim();
        if (next === "finished") return;
        if (next === "wait") {
          await sleep(10);
          continue;
        }
        try {
          const result = await session.repeat((client) => {
            this.pacer.own(session.backend);
            return loadChunk(client, next.source, next.chunk);
          }, this.#retries());
          this.#note(next.source, result);
        } finally {
          this.#busy.set(next.source.table, (this.#busy.get(next.source.table) ?? 1) - 1);
        }
        await this.pacer.rest();
      }
    } catch (problem) {
      this.stop();
      throw problem;
    } finally {
      await session.end();
    }
  }

  /** The next chunk of the most important source that may be loaded now. */
  #claim(): Promise<{ source: Source; chunk: Chunk } | "wait" | "finished"> {
    const turn = this.#turn.then(() => this.#choose());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #choose(): Promise<{ source: Source; chunk: Chunk } | "wait" | "finished"> {
    for (const source of this.options.model.sources) {
      if (this.#finished.has(source.table)) continue;
      if (!source.after.every((name) => this.#finished.has(name))) continue;
      const busy = this.#busy.get(source.table) ?? 0;
      // Without ranges to lock, two chunks of a source would only wait for each other.
      if (!source.ranged && busy > 0) continue;
      const chunk = await this.#next(source);
      if (chunk !== undefined) {
        this.#busy.set(source.table, (this.#busy.get(source.table) ?? 0) + 1);
        return { source, chunk };
      }
      if (busy === 0) await this.#finish(source);
    }
    if (this.#finished.size === this.#sources.size) return "finished";
    return "wait";
  }

  async #next(source: Source): Promise<Chunk | undefined> {
    const index = this.#redo.findIndex((chunk) => chunk.source === source.table);
    if (index >= 0) return this.#redo.splice(index, 1)[0];
    if (this.#given.has(source.table)) return undefined;
    const chunk = await this.control.repeat(
      (client) => claimChunk(client, source, chunkRowsOf(source, this.pacer.pace)),
      this.#retries(),
    );
    if (chunk === undefined) this.#given.add(source.table);
    return chunk;
  }

  async #finish(source: Source): Promise<void> {
    await this.control.repeat(async (client) => {
      await client.query(`SELECT ${BOOK}.retry_waiting($1)`, [source.table]);
      await client.query(
        `UPDATE ${BOOK}.load SET finished_at = clock_timestamp(), done = true WHERE source = $1`,
        [source.table],
      );
    }, this.#retries());
    this.#finished.add(source.table);
    this.options.say(`${source.table} is loaded: ${this.#done.get(source.table) ?? 0} rows`);
  }

  #note(source: Source, result: ChunkResult): void {
    this.#chunks += 1;
    this.#rows += result.rows;
    this.pacer.took(result.seconds);
    const done = (this.#done.get(source.table) ?? 0) + result.rows;
    this.#done.set(source.table, done);
    this.#sayHalf();
    this.options.count(source.table, done, Math.max(done, this.#totals.get(source.table) ?? 0));
  }

  /** Said once a run, by the first chunk of the second half: the middle of the work, whatever the tables are called. */
  #sayHalf(): void {
    const sum = (rows: ReadonlyMap<string, number>): number => [...rows.values()].reduce((a, b) => a + b, 0);
    if (this.#halfSaid || sum(this.#done) * 2 < sum(this.#totals)) return;
    this.#halfSaid = true;
    this.options.say("half of the rows are loaded");
  }

  stop(): void {
    this.#stop.abort();
  }

  figures(): Omit<BackfillResult, "seconds"> {
    return { chunks: this.#chunks, redone: this.#redone, rows: this.#rows, decisions: this.pacer.decisions };
  }

  #retries() {
    return {
      signal: this.options.signal,
      onRetry: (problem: unknown) => {
        if (!/lock timeout/.test(String(problem)))
          this.options.say(`trying again: ${(problem as Error).message}`);
      },
    };
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../frame/database";
import { isTransient } from "../../frame/retry";
import { Session, takesNoWrites } from "../session";
import { othersAtWork, reconsider } from "./observe";
import { Probe, quietWrites } from "./probe";
import { beginning, type Limits, type Pace } from "./throttle";

/** Who may not write, or cannot, cannot tell either what customers notice; whoever only compares goes on all the same. */
function unlessTransient(problem: unknown): null {
  if (isTransient(problem) && !takesNoWrites(problem)) throw problem;
  return null;
}

/** What paced work asks and tells. */
export type Pacing = Pick<Pacer, "pace" | "own" | "took" | "rest">;

/** One pace, whatever customers notice. */
export const always = (pace: Pace): Pacing => ({ pace, own() {}, took() {}, rest: async () => {} });

export interface PacerOptions {
  readonly database: Database;
  readonly limits: Limits;
  /** Milliseconds between two looks at the live system. */
  readonly interval: number;
  /** Whether each decision is kept, with its reason. */
  readonly keep: boolean;
}

/** Keeps work that goes piece by piece on a live database at a pace that customers hardly notice. */
export class Pacer {
  #pace: Pace;
  #decisions = 0;
  #taken: number[] = [];
  #quiet: number | null = null;
  readonly #own = new Set<number>();
  readonly #stop = new AbortController();
  readonly #looks: Session;
  readonly #trial: Session;

  constructor(private readonly options: PacerOptions) {
    this.#looks = new Session(options.database);
    this.#trial = new Session(options.database);
    // One piece at a time until a look at the live system says that there is room.
    this.#pace = beginning(0, options.limits);
  }

  get pace(): Pace {
    return this.#pace;
  }

  /** Changes of the pace so far. */
  get decisions(): number {
    return this.#decisions;
  }

  /** Tells a session of the work itself by its server process: only what others notice counts. */
  own(backend: number | undefined): void {
    if (backend !== undefined) this.#own.add(backend);
  }

  /** Tells how many seconds a piece took. */
  took(seconds: number): void {
    this.#taken.push(seconds);
  }

  /** The pause after a piece. */
  async rest(): Promise<void> {
    if (this.#pace.pause > 0) await sleep(this.#pace.pause);
  }

  /** Looks at the live system before the work begins. Takes a moment where others are at work, as they are uneven. */
  async begin(signal?: AbortSignal): Promise<void> {
    await this.#trial.repeat(
      async (client) => {
        this.own(this.#trial.backend);
        const others = await othersAtWork(client, [...this.#own]);
        this.#quiet = await quietWrites(client, others > 0).catch(unlessTransient);
        this.#pace = beginning(others, this.options.limits);
      },
      { signal },
    );
  }

  /** Looks again and again, and changes the pace, until it is stopped. */
  async watch(): Promise<void> {
    const { signal } = this.#stop;
    const probe = new Probe(this.#trial, signal);
    const probing = probe.run();
    try {
      for (;;) {
        await sleep(this.options.interval, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        const taken = this.#taken.splice(0);
        const writeLatency = probe.take();
        if (writeLatency === undefined) continue;
        this.own(this.#trial.backend);
        const known = {
          chunkSeconds: taken.length === 0 ? null : taken.reduce((sum, one) => sum + one, 0) / taken.length,
          quiet: this.#quiet,
          writeLatency,
          backends: [...this.#own],
        };
        const { limits, keep } = this.options;
        const decision = await reconsider(this.#looks, this.#pace, known, limits, keep);
        if (decision === undefined) continue;
        this.#pace = decision;
        this.#decisions += 1;
      }
    } finally {
      await probing;
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** After the last `begin` or `watch`. */
  async end(): Promise<void> {
    await Promise.all([this.#looks.end(), this.#trial.end()]);
  }
}

/** Runs work at a pace that is kept while it runs. */
export async function atPace<T>(
  options: PacerOptions & { readonly signal?: AbortSignal | undefined },
  work: (pacer: Pacer) => Promise<T>,
): Promise<T> {
  const pacer = new Pacer(options);
  try {
    await pacer.begin(options.signal);
    const watching = pacer.watch();
    try {
      return await work(pacer);
    } finally {
      pacer.stop();
      await watching;
    }
  } finally {
    await pacer.end();
  }
}

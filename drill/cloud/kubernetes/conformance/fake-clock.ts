import type { Clock } from "../api/values/clock";

/** A clock that stands still until it is told to go on. Work that is due runs in the order of its times. */
export class FakeClock implements Clock {
  #now: number;
  #sequence = 0;
  readonly #due = new Map<number, { readonly at: number; readonly work: () => void }>();

  constructor(now = Date.UTC(2026, 0, 31, 1, 0, 0)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): () => void {
    this.#sequence += 1;
    const id = this.#sequence;
    this.#due.set(id, { at: this.#now + milliseconds, work });
    return () => this.#due.delete(id);
  }

  /** Goes on by this much, and does on the way all that is due. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let steps = 0; steps < 1_000_000; steps++) {
      const next = [...this.#due]
        .filter(([, { at }]) => at <= end)
        .sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
      if (next === undefined) break;
      const [id, { at, work }] = next;
      this.#due.delete(id);
      this.#now = Math.max(this.#now, at);
      work();
    }
    this.#now = end;
  }
}

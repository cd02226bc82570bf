/** Time as controllers see it; tests bring their own. Times of the API are whole seconds. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `work` after that many milliseconds; the answer cancels it. */
  after(milliseconds: number, work: () => void): () => void;
}

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  after(milliseconds, work) {
    // Longer waits than a timer can hold are cut; whoever waits looks at the clock again.
    const timer = setTimeout(work, Math.min(milliseconds, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

export function timestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}

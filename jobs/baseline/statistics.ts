/** The value below which the given share of the samples lies, by linear interpolation. `sorted` must be ascending. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (place - below);
}

export const ascending = (samples: readonly number[]): number[] => [...samples].sort((a, b) => a - b);

export interface Slowdown {
  /** The share looked at: 0.5 is the median. */
  readonly share: number;
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  /** With the asked confidence the true ratio is at least this. */
  readonly atLeast: number;
}

const RESAMPLES = 2000;

/**
 * Compares a quantile of two samples. Response times follow no known distribution, so the certainty comes from a
 * bootstrap: both samples are drawn anew many times, and the lower end of the ratios is what is certain. The same samples
 * always give the same answer.
 */
export function compareQuantile(
  before: readonly number[],
  after: readonly number[],
  share: number,
  confidence: number,
): Slowdown {
  const random = generator(before.length * 7919 + after.length);
  const [first, second] = [ascending(before), ascending(after)];
  const ratios: number[] = [];
  for (let round = 0; round < RESAMPLES; round += 1)
    ratios.push(quantile(redraw(second, random), share) / quantile(redraw(first, random), share));
  const [low, high] = [quantile(first, share), quantile(second, share)];
  return {
    share,
    before: low,
    after: high,
    ratio: high / low,
    atLeast: quantile(ascending(ratios), 1 - confidence),
  };
}

/** Draws as many samples again, with replacement. */
function redraw(samples: readonly number[], random: () => number): number[] {
  const drawn = samples.map(() => samples[Math.floor(random() * samples.length)] ?? 0);
  return drawn.sort((a, b) => a - b);
}

/** Mulberry32: small, fast, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

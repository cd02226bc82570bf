/** A seeded source of random numbers (sfc32): the same seed and stream always give the same numbers, everywhere. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /**
   * @param seed any whole number; the seed of the run
   * @param stream name of what the numbers are for, so that one part's draws never shift another's
   * @param index which of many like things they are for
   */
  constructor(seed: number, stream = "", index = 0) {
    this.a = seed | 0;
    this.b = (Math.floor(seed / 4294967296) ^ Math.imul(index, 0x9e3779b1)) | 0;
    this.c = (hash(stream) + index) | 0;
    for (let round = 0; round < 12; round++) this.bits();
  }

  /** A whole number of 32 bits. */
  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to, not including, 1. */
  unit(): number {
    return this.bits() / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the values, each as likely. */
  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.unit() * values.length)];
    if (value === undefined) throw new RangeError("nothing to pick from");
    return value;
  }

  /** A waiting time of a Poisson process with the given rate (events a unit of time). */
  exponential(rate: number): number {
    return -Math.log(1 - this.unit()) / rate;
  }

  /** A rank from 0 to `size` - 1; low ranks come far more often (continuous approximation of Zipf's law). */
  skewed(size: number, exponent = 1): number {
    const power = 1 - exponent;
    const rank =
      Math.abs(power) < 1e-9
        ? (size + 1) ** this.unit()
        : (1 + this.unit() * ((size + 1) ** power - 1)) ** (1 / power);
    return Math.min(size - 1, Math.floor(rank) - 1);
  }
}

/** Draws from a table of weights in constant time (alias method). */
export class Weighted<T> {
  private readonly threshold: Float64Array;
  private readonly alias: Uint32Array;

  constructor(
    private readonly values: readonly T[],
    weights: readonly number[],
  ) {
    const size = values.length;
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.threshold = Float64Array.from(weights, (weight) => (weight * size) / sum);
    this.alias = new Uint32Array(size);
    const small: number[] = [];
    const large: number[] = [];
    this.threshold.forEach((share, index) => {
      (share < 1 ? small : large).push(index);
    });
    while (small.length > 0 && large.length > 0) {
      const low = small.pop() as number;
      const high = large.pop() as number;
      this.alias[low] = high;
      const rest = (this.threshold[high] as number) + (this.threshold[low] as number) - 1;
      this.threshold[high] = rest;
      (rest < 1 ? small : large).push(high);
    }
    for (const index of [...small, ...large]) this.threshold[index] = 1;
  }

  draw(random: Random): T {
    const scaled = random.unit() * this.values.length;
    const index = Math.floor(scaled);
    const own = scaled - index < (this.threshold[index] as number);
    return this.values[own ? index : (this.alias[index] as number)] as T;
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value | 0;
}

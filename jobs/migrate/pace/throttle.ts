/** How the load, or a comparison, goes on: rows of a chunk, milliseconds of pause after each, chunks at a time. */
export interface Pace {
  readonly chunkRows: number;
  readonly pause: number;
  readonly parallel: number;
}

/** What was seen of the live system since the last look. */
export interface Observation {
  /** Sessions that wait for a lock the load holds. */
  readonly blocked: number;
  /** Bytes the slowest replica is behind; null without replicas. */
  readonly lag: number | null;
  /** Milliseconds a small write took. */
  readonly writeLatency: number;
  /** Milliseconds it took before loading began; null when nobody looked. */
  readonly quiet: number | null;
  /** Other sessions that did something in the last second. Without any there is nobody to be slower for. */
  readonly others: number;
  /** Seconds the last chunks took, on average; null when there was none. */
  readonly chunkSeconds: number | null;
}

export interface Limits {
  readonly parallel: number;
  /** Milliseconds. */
  readonly writeLatency: number;
  /** Times the quiet latency of small writes at which loading gives way. */
  readonly slowdown: number;
  /** Bytes. */
  readonly lag: number;
  /** What a chunk should take at most, in seconds: writers of its rows wait that long. */
  readonly chunkSeconds: number;
  readonly smallest: number;
  /** Rows of a chunk where nobody needs consideration. */
  readonly usual: number;
  readonly largest: number;
}

export interface Decision extends Pace {
  readonly reason: string;
}

/** How work begins. With customers at work it feels its way, the more boldly the slower writes may become. */
export const beginning = (others: number, { usual, smallest, slowdown }: Limits): Pace =>
  others === 0
    ? { chunkRows: usual, pause: 0, parallel: 1 }
    : { chunkRows: Math.min(usual, Math.round(smallest * slowdown)), pause: GENTLE.shortest, parallel: 1 };

/**
 * Slower at once, faster step by step: halves under strain, grows by a half or a quarter without, and takes two steps at
 * once where customers are far from noticing. Undefined when nothing changes.
 */
export function decide(pace: Pace, seen: Observation, limits: Limits): Decision | undefined {
  const strain = strainOf(seen, limits);
  if (strain !== undefined) {
    const slower = {
      chunkRows: Math.max(limits.smallest, Math.floor(pace.chunkRows / 2)),
      pause: Math.min(2000, Math.max(20, pace.pause * 2)),
      parallel: Math.max(1, pace.parallel - 1),
    };
    return differ(pace, slower) ? { ...slower, reason: strain } : undefined;
  }
  const disturbance = disturbanceOf(seen, limits);
  if (disturbance !== undefined) {
    const gentler = {
      chunkRows: Math.min(pace.chunkRows, Math.max(limits.smallest, Math.floor(pace.chunkRows / 2))),
      pause: Math.max(pace.pause, Math.min(GENTLE.longest, Math.max(GENTLE.shortest, pace.pause * 2))),
      parallel: Math.max(1, pace.parallel - 1),
    };
    return differ(pace, gentler) ? { ...gentler, reason: disturbance } : undefined;
  }
  if (seen.chunkSeconds !== null && seen.chunkSeconds > limits.chunkSeconds) {
    const smaller = { ...pace, chunkRows: Math.max(limits.smallest, Math.floor(pace.chunkRows / 2)) };
    return differ(pace, smaller)
      ? { ...smaller, reason: `a chunk took ${seen.chunkSeconds.toFixed(2)} s` }
      : undefined;
  }
  const step = (from: Pace): Pace =>
    seen.others > 0 && from.pause > 0 ? shorterPause(from) : grown(from, seen, limits);
  const faster = unnoticed(seen, limits) ? step(step(pace)) : step(pace);
  return differ(pace, faster) ? { ...faster, reason: "the live system has room" } : undefined;
}

/** While customers are at work, only one thing changes at a time, so that it is not too much before anybody looks again. */
const shorterPause = (pace: Pace): Pace => ({
  ...pace,
  pause: pace.pause > 2 * GENTLE.longest ? Math.floor(pace.pause / 2) : Math.max(0, pace.pause - GENTLE.step),
});

/** Rows of a chunk that takes hardly longer with twice as many. */
const LITTLE_WORK = 100;

function grown(pace: Pace, { others, chunkSeconds }: Observation, limits: Limits): Pace {
  const quick = chunkSeconds !== null && chunkSeconds < limits.chunkSeconds / 2;
  const growth = pace.chunkRows < LITTLE_WORK ? 2 : pace.chunkRows < limits.usual ? 1.5 : 1.25;
  const chunkRows = quick ? Math.min(limits.largest, Math.ceil(pace.chunkRows * growth)) : pace.chunkRows;
  const parallel = Math.min(limits.parallel, pace.parallel + 1);
  if (others === 0)
    return { chunkRows: quick ? Math.max(limits.usual, chunkRows) : chunkRows, pause: 0, parallel };
  // One more connection takes a whole core at once; larger chunks come first.
  return quick && pace.chunkRows < limits.usual ? { ...pace, chunkRows } : { ...pace, chunkRows, parallel };
}

/**
 * How far loading gives way to customers who are only a little slower: it must come to its end all the same. The smallest
 * chunks, of a few milliseconds, with pauses, in milliseconds: whoever comes meanwhile waits for a core, or for the rows,
 * until the chunk ends.
 */
const GENTLE = { shortest: 10, longest: 25, step: 5 };
/** Milliseconds of a small write below which nothing is slow. */
const FAST = 0.5;

/** Milliseconds of a small write that customers notice, beside `quiet` before. */
const noticeable = (quiet: number, { slowdown }: Limits): number => slowdown * Math.max(FAST, quiet);

/** Customers are at work, and writes could take twice as long before they noticed, however lucky those were that were tried. */
const unnoticed = ({ others, quiet, writeLatency }: Observation, limits: Limits): boolean =>
  others > 0 && quiet !== null && 2 * Math.max(quiet, writeLatency) <= noticeable(quiet, limits);

/** Customers are served, but noticeably slower than before. */
function disturbanceOf({ others, quiet, writeLatency }: Observation, limits: Limits): string | undefined {
  if (others === 0 || quiet === null || writeLatency <= noticeable(quiet, limits)) return undefined;
  return `a small write took ${writeLatency.toFixed(1)} ms, ${quiet.toFixed(1)} ms before`;
}

function strainOf(seen: Observation, limits: Limits): string | undefined {
  if (seen.blocked > 0) return `${seen.blocked} sessions waited for the load`;
  if (seen.lag !== null && seen.lag > limits.lag)
    return `a replica is ${Math.round(seen.lag / 1024 ** 2)} MiB behind`;
  if (seen.others > 0 && seen.writeLatency > limits.writeLatency)
    return `a small write took ${Math.round(seen.writeLatency)} ms`;
  return undefined;
}

const differ = (a: Pace, b: Pace): boolean =>
  a.chunkRows !== b.chunkRows || a.pause !== b.pause || a.parallel !== b.parallel;

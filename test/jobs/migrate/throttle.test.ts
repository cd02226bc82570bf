import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beginning,
  decide,
  type Limits,
  type Observation,
  type Pace,
} from "../../../jobs/migrate/pace/throttle";

const LIMITS: Limits = {
  parallel: 4,
  writeLatency: 50,
  slowdown: 1.5,
  lag: 1000,
  chunkSeconds: 0.5,
  smallest: 20,
  usual: 5000,
  largest: 20_000,
};
const CALM: Observation = {
  blocked: 0,
  lag: null,
  writeLatency: 1.2,
  quiet: 1,
  others: 1,
  chunkSeconds: 0.1,
};
const PACE: Pace = { chunkRows: 5000, pause: 0, parallel: 2 };

describe("the pace of loading", () => {
  it.each([
    ["sessions wait for it", { blocked: 2 }, "2 sessions waited"],
    ["a replica falls behind", { lag: 5_000_000 }, "behind"],
    ["small writes become slow", { writeLatency: 80 }, "80 ms"],
  ])("halves when %s", (_, seen, reason) => {
    const decision = decide(PACE, { ...CALM, ...seen }, LIMITS);
    expect(decision).toMatchObject({ chunkRows: 2500, pause: 20, parallel: 1 });
    expect(decision?.reason).toContain(reason);
  });

  it("grows step by step when there is room: chunks up to the usual size, then more of them at a time", () => {
    expect(decide({ ...PACE, chunkRows: 1000 }, CALM, LIMITS)).toMatchObject({
      chunkRows: 1500,
      parallel: 2,
    });
    expect(decide(PACE, CALM, LIMITS)).toMatchObject({ chunkRows: 6250, parallel: 3, pause: 0 });
  });

  it("takes slow writes for a strain only where somebody waits for them", () => {
    const slow = { ...CALM, writeLatency: 80, others: 0 };
    expect(decide(PACE, slow, LIMITS)).toMatchObject({ parallel: 3, pause: 0 });
    expect(decide(PACE, { ...slow, lag: 5_000_000 }, LIMITS)).toMatchObject({ parallel: 1, pause: 20 });
  });

  it("gives way a little when customers are noticeably slower, and not when there are none", () => {
    const busy = { ...CALM, writeLatency: 8 };
    expect(decide(PACE, busy, LIMITS)).toMatchObject({ chunkRows: 2500, pause: 10, parallel: 1 });
    expect(decide({ chunkRows: 2000, pause: 10, parallel: 1 }, busy, LIMITS)).toMatchObject({ pause: 20 });
    expect(decide({ chunkRows: 20, pause: 25, parallel: 1 }, busy, LIMITS)).toBeUndefined();
    expect(decide(PACE, { ...busy, others: 0 }, LIMITS)).toMatchObject({ parallel: 3, pause: 0 });
  });

  it("notices less where slower writes are tolerated, and nothing below half a millisecond", () => {
    const tolerant = { ...LIMITS, slowdown: 8 };
    expect(decide(PACE, { ...CALM, writeLatency: 8 }, tolerant)).toMatchObject({ parallel: 3, pause: 0 });
    expect(decide(PACE, { ...CALM, writeLatency: 8.1 }, tolerant)).toMatchObject({ pause: 10, parallel: 1 });
    const fast = { ...CALM, quiet: 0.1, writeLatency: 0.7 };
    expect(decide(PACE, fast, LIMITS)).toMatchObject({ parallel: 3, pause: 0 });
    expect(decide(PACE, { ...fast, writeLatency: 0.8 }, LIMITS)).toMatchObject({ pause: 10, parallel: 1 });
  });

  it("feels its way while customers are at work: small chunks and pauses first, then one thing at a time", () => {
    const first = beginning(3, LIMITS);
    expect(first).toEqual({ chunkRows: 30, pause: 10, parallel: 1 });
    expect(decide(first, CALM, LIMITS)).toMatchObject({ chunkRows: 30, pause: 5 });
    expect(decide({ ...first, pause: 0 }, CALM, LIMITS)).toMatchObject({ chunkRows: 60, parallel: 1 });
    expect(decide({ ...first, chunkRows: 100, pause: 0 }, CALM, LIMITS)).toMatchObject({ chunkRows: 150 });
  });

  it("takes two steps at once where writes could take twice as long before customers noticed", () => {
    const patient = { ...LIMITS, slowdown: 8 };
    expect(beginning(3, patient)).toEqual({ chunkRows: 160, pause: 10, parallel: 1 });
    const first = { chunkRows: 20, pause: 30, parallel: 1 };
    expect(decide(first, CALM, patient)).toMatchObject({ chunkRows: 20, pause: 20, parallel: 1 });
    expect(decide({ ...first, pause: 0 }, CALM, patient)).toMatchObject({ chunkRows: 80, parallel: 1 });
    // 4 ms is half of what is noticed here.
    expect(decide(first, { ...CALM, writeLatency: 4 }, patient)).toMatchObject({ pause: 20 });
    expect(decide(first, { ...CALM, writeLatency: 4.1 }, patient)).toMatchObject({ pause: 25 });
    expect(decide(first, { ...CALM, quiet: null }, patient)).toMatchObject({ pause: 25 });
    // A few quick writes are luck: nobody tolerates twice as long here.
    expect(decide(first, { ...CALM, writeLatency: 0.1 }, LIMITS)).toMatchObject({ pause: 25 });
  });

  it("goes at its usual pace as soon as nobody else is at work", () => {
    expect(beginning(0, LIMITS)).toEqual({ chunkRows: 5000, pause: 0, parallel: 1 });
    const alone = { ...CALM, others: 0 };
    expect(decide(beginning(3, LIMITS), alone, LIMITS)).toMatchObject({ chunkRows: 5000, parallel: 2 });
  });

  it("makes chunks smaller that take too long, without slowing down otherwise", () => {
    expect(decide({ ...PACE, parallel: 4 }, { ...CALM, chunkSeconds: 2 }, LIMITS)).toMatchObject({
      chunkRows: 2500,
      parallel: 4,
    });
  });

  it("stays within its limits, whatever is seen", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            blocked: fc.nat(3),
            lag: fc.option(fc.nat(5000)),
            writeLatency: fc.float({ min: 0, max: 500, noNaN: true }),
            quiet: fc.option(fc.float({ min: 0, max: 50, noNaN: true })),
            others: fc.nat(2),
            chunkSeconds: fc.option(fc.float({ min: 0, max: 10, noNaN: true })),
          }),
          { maxLength: 60 },
        ),
        (seen) => {
          let pace: Pace = PACE;
          for (const one of seen) pace = decide(pace, one, LIMITS) ?? pace;
          expect(pace.chunkRows).toBeGreaterThanOrEqual(LIMITS.smallest);
          expect(pace.chunkRows).toBeLessThanOrEqual(LIMITS.largest);
          expect(pace.parallel).toBeGreaterThanOrEqual(1);
          expect(pace.parallel).toBeLessThanOrEqual(LIMITS.parallel);
          expect(pace.pause).toBeLessThanOrEqual(2000);
        },
      ),
    );
  });

  it("always gets back to full speed", () => {
    let pace: Pace = { chunkRows: 20, pause: 2000, parallel: 1 };
    for (let look = 0; look < 50; look += 1) pace = decide(pace, CALM, LIMITS) ?? pace;
    expect(pace).toMatchObject({ chunkRows: 20_000, pause: 0, parallel: 4 });
  });
});

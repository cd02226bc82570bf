import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Arrival, arrivals, KINDS, MIX } from "../../../drill/load/schedule";

function take(seed: number, rate: number, count: number): Arrival[] {
  const schedule = arrivals(seed, rate);
  return Array.from({ length: count }, () => schedule.next().value);
}

describe("the schedule of arrivals", () => {
  it("is fixed by the seed and never goes back in time", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 5000 }), (seed, rate) => {
        const first = take(seed, rate, 200);
        expect(take(seed, rate, 200)).toEqual(first);
        expect(first.every((arrival, index) => arrival.at >= (first[index - 1]?.at ?? 0))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("differs between seeds", () => {
    expect(take(1, 100, 20)).not.toEqual(take(2, 100, 20));
  });

  it("keeps the rate and the mix", () => {
    const many = take(7, 150, 60_000);
    const seconds = (many.at(-1)?.at ?? 0) / 1000;
    expect(many.length / seconds).toBeGreaterThan(147);
    expect(many.length / seconds).toBeLessThan(153);
    const sum = KINDS.reduce((total, kind) => total + MIX[kind], 0);
    for (const kind of KINDS) {
      const share = many.filter((arrival) => arrival.kind === kind).length / many.length;
      expect(Math.abs(share - MIX[kind] / sum), kind).toBeLessThan(0.01);
    }
  });
});

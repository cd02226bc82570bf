import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ascending, compareQuantile, quantile } from "../../../jobs/baseline/statistics";
import { comparePerformance } from "../../../jobs/verify/compare-performance";

const times = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 20, maxLength: 60 });
const limits = { tolerance: 1.5, floor: 0.01, confidence: 0.99 };
const measured = (samples: number[], failed = 0) => [{ name: "stock", path: "/stock", samples, failed }];

describe("comparing response times", () => {
  test("a quantile lies between the smallest and the largest sample, and grows with its share", () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (samples, share) => {
        const sorted = ascending(samples);
        const found = quantile(sorted, share);
        expect(found).toBeGreaterThanOrEqual(sorted[0] ?? 0);
        expect(found).toBeLessThanOrEqual(sorted.at(-1) ?? 0);
        expect(quantile(sorted, Math.min(1, share + 0.1))).toBeGreaterThanOrEqual(found);
      }),
    );
  });

  test("the same samples are no slowdown, whatever they are", () => {
    fc.assert(
      fc.property(times, (samples) => {
        expect(comparePerformance({ stock: { samples } }, measured(samples), limits)[0]?.holds).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("a release three times as slow is found, and the same input gives the same answer", () => {
    const before = Array.from({ length: 60 }, (_, index) => 20 + (index % 7));
    const slower = before.map((time) => time * 3);
    expect(comparePerformance({ stock: { samples: before } }, measured(slower), limits)[0]?.holds).toBe(
      false,
    );
    expect(compareQuantile(before, slower, 0.5, 0.99)).toEqual(compareQuantile(before, slower, 0.5, 0.99));
  });

  test("a few slow requests among fast ones are chance, and milliseconds are no concern", () => {
    const before = Array.from({ length: 60 }, () => 20);
    const unlucky = before.map((time, index) => (index < 2 ? time * 50 : time));
    expect(comparePerformance({ stock: { samples: before } }, measured(unlucky), limits)[0]?.holds).toBe(
      true,
    );
    const tiny = before.map(() => 1);
    expect(
      comparePerformance({ stock: { samples: tiny } }, measured(tiny.map(() => 4)), limits)[0]?.holds,
    ).toBe(true);
  });

  test("failed requests are no response times", () => {
    expect(comparePerformance({ stock: { samples: [1] } }, measured([1], 3), limits)[0]).toMatchObject({
      holds: false,
      value: 3,
    });
  });
});

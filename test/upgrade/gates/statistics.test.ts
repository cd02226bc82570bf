import { describe, expect, it } from "vitest";
import { largerThan, moreErrors, normalBelow, significant } from "../../../upgrade/gates/statistics";

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

describe("normal distribution", () => {
  it.each([
    [0, 0.5],
    [1.959964, 0.975],
    [-1.644854, 0.05],
    [3.090232, 0.999],
  ])("below %d lies %d", (z, share) => {
    expect(normalBelow(z)).toBeCloseTo(share, 5);
  });
});

describe("Mann–Whitney U", () => {
  it("agrees with a published example without ties (U = 9 of 64, z = 2.363 with continuity correction)", () => {
    // R: wilcox.test(y, x, alternative = "greater", exact = FALSE)
    const x = [1, 2, 3, 4, 5, 6, 12, 13];
    const y = [7, 8, 9, 10, 11, 14, 15, 16];
    const u = y.flatMap((b) => x.filter((a) => b > a)).length;
    const z = (u - 32 - 0.5) / Math.sqrt((64 * 17) / 12);
    expect(largerThan(x, y)).toBeCloseTo(1 - normalBelow(z), 10);
    expect(u).toBe(54);
  });

  it("finds samples that are clearly larger, and not those that are smaller or the same", () => {
    expect(largerThan(range(0, 40), range(30, 40))).toBeLessThan(1e-6);
    expect(largerThan(range(30, 40), range(0, 40))).toBeGreaterThan(0.999);
    expect(largerThan(range(0, 40), range(0, 40))).toBeGreaterThan(0.4);
    expect(largerThan(Array(20).fill(5), Array(20).fill(5))).toBe(1);
  });

  it("counts ties: many equal values make the evidence weaker than the same without the correction", () => {
    const before = [...Array(15).fill(1), ...Array(5).fill(2)];
    const after = [...Array(5).fill(1), ...Array(15).fill(2)];
    // R: wilcox.test(after, before, alternative = "greater", exact = FALSE)$p.value
    expect(largerThan(before, after)).toBeCloseTo(0.0011, 3);
  });

  it("is not moved by one outlier, as a test on means would be", () => {
    expect(largerThan(range(0, 40), [...range(0, 39), 1_000_000])).toBeGreaterThan(0.3);
  });

  it("decides nothing with too few samples", () => {
    expect(largerThan(range(0, 7), range(100, 50))).toBeNaN();
  });
});

describe("Fisher's exact test", () => {
  it("agrees with the lady tasting tea: 3 of 4 right is 17/70 likely by chance, 4 of 4 is 1/70", () => {
    expect(moreErrors({ failed: 1, total: 4 }, { failed: 3, total: 4 })).toBeCloseTo(17 / 70, 10);
    expect(moreErrors({ failed: 0, total: 4 }, { failed: 4, total: 4 })).toBeCloseTo(1 / 70, 10);
  });

  it("is certain of nothing where nothing failed", () => {
    expect(moreErrors({ failed: 0, total: 100 }, { failed: 0, total: 100 })).toBeCloseTo(1, 10);
  });

  it("stays exact at large counts", () => {
    expect(moreErrors({ failed: 0, total: 10_000 }, { failed: 20, total: 10_000 })).toBeCloseTo(2 ** -20, 7);
  });
});

describe("many comparisons (Holm)", () => {
  it("asks more of the smallest than of the others, and stops at the first that fails", () => {
    expect(significant([0.004, 0.02, 0.04], 0.05)).toEqual([true, true, true]);
    expect(significant([0.02, 0.02, 0.02], 0.05)).toEqual([false, false, false]);
    expect(significant([0.001, 0.03, 0.04], 0.05)).toEqual([true, false, false]);
    expect(significant([Number.NaN, 0.04], 0.05)).toEqual([false, true]);
  });
});

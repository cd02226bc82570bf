import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourOfChange, isRepeated, isSkipped, real, timestamp } from "../../../drill/shop/generator/calendar";
import { orderNumber } from "../../../drill/shop/generator/order-number";
import { Random, Weighted } from "../../../drill/shop/generator/random";

describe("random numbers", () => {
  it("are fixed by seed, stream and index", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.nat(), (seed, stream, index) => {
        const draw = (): number[] => {
          const random = new Random(seed, stream, index);
          return Array.from({ length: 20 }, () => random.bits());
        };
        expect(draw()).toEqual(draw());
        expect(new Random(seed, stream, index + 1).bits()).not.toBe(new Random(seed, stream, index).bits());
      }),
      { numRuns: 100 },
    );
  });

  it("keep to their bounds", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        (seed, size, exponent) => {
          const random = new Random(seed);
          for (let round = 0; round < 50; round++) {
            const rank = random.skewed(size, exponent);
            expect(Number.isInteger(rank) && rank >= 0 && rank < size).toBe(true);
            const value = random.between(-3, 3);
            expect(value >= -3 && value <= 3).toBe(true);
            expect(random.exponential(5)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });

  it("draw by weight", () => {
    const random = new Random(1);
    const table = new Weighted(["a", "b", "c"], [1, 0, 3]);
    const drawn = Array.from({ length: 20_000 }, () => table.draw(random));
    expect(drawn).not.toContain("b");
    expect(drawn.filter((value) => value === "c").length / drawn.length).toBeCloseTo(0.75, 1);
  });
});

describe("order numbers", () => {
  it("never repeat and look like the shop's own", () => {
    const numbers = Array.from({ length: 50_000 }, (_, index) => orderNumber(5, index));
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers.slice(0, 1000)) expect(number).toMatch(/^S-[0-9A-HJKMNP-TV-Z]{10}$/);
  });
});

describe("local time", () => {
  it("knows the hours clocks skip and repeat, as the time zone database does", () => {
    const format = new Intl.DateTimeFormat("sv", {
      timeZone: "Europe/Berlin",
      dateStyle: "short",
      timeStyle: "medium",
    });
    const berlin = (instant: number): string => format.format(instant);
    for (let year = 2015; year <= 2035; year++) {
      const spring = hourOfChange(year, 2);
      const autumn = hourOfChange(year, 9);
      // An hour before and after 01:00 UTC the clock shows what the change says.
      expect(berlin(spring - 3_600_000)).toBe(timestamp(spring + 3_600_000));
      expect(berlin(autumn - 2 * 3_600_000)).toBe(timestamp(autumn));
      expect(berlin(autumn - 3_600_000)).toBe(timestamp(autumn));
      expect([isSkipped(spring), isSkipped(spring - 1000), isSkipped(spring + 3_600_000)]).toEqual([
        true,
        false,
        false,
      ]);
      expect([isRepeated(autumn), isRepeated(autumn - 1000), isRepeated(autumn + 3_600_000)]).toEqual([
        true,
        false,
        false,
      ]);
      expect(real(spring + 1_800_000)).toBe(spring + 5_400_000);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discountOf } from "../../../drill/shop/api/promotion";
import { decimal, minorUnits, percentOf } from "../../../drill/shop/common/money";

const amounts = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });

describe("money", () => {
  it("comes back from decimals as it went in", () => {
    fc.assert(fc.property(amounts, (minor) => minorUnits(decimal(minor)) === minor));
  });

  it.each([
    ["19.9", 1990],
    ["19,90", 1990],
    ["19", 1900],
    [" 0.07 ", 7],
    [".5", 50],
    ["0.005", 1],
    ["19.994", 1999],
    ["-3.10", -310],
    ["-0", 0],
    [null, 0],
  ])("reads %j as %d", (text, minor) => {
    expect(minorUnits(text)).toBe(minor);
  });

  it.each(["", "abc", "1.2.3", "1e5", "--1", "€ 5"])("refuses %j", (text) => {
    expect(() => minorUnits(text)).toThrow(RangeError);
  });

  it("rounds a share of an amount half up, exactly", () => {
    expect(percentOf(6095, "10")).toBe(610);
    expect(percentOf(5, "10")).toBe(1);
    expect(percentOf(4, "10")).toBe(0);
    expect(percentOf(999, "12.5")).toBe(125);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (sum, hundredths) => {
          const exact = (BigInt(sum) * BigInt(hundredths) * 2n + 10_000n) / 20_000n;
          return percentOf(sum, decimal(hundredths)) === Number(exact);
        },
      ),
    );
  });

  it("never makes an order cheaper than nothing", () => {
    const promotion = { id: 1, code: "A", minimum: 0, kind: "amount", amount: 500 } as const;
    expect(discountOf(promotion, 300)).toBe(300);
    expect(discountOf(promotion, 800)).toBe(500);
    expect(discountOf({ ...promotion, minimum: 801 }, 800)).toBeUndefined();
  });
});

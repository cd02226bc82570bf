import fc from "fast-check";
import { expect, it } from "vitest";
import {
  bytes,
  days,
  gibibytes,
  inBaseUnits,
  isDuration,
  isSize,
  milliseconds,
  minutes,
  seconds,
  spoken,
} from "../../infra/units";

it("reads durations and sizes with their unit", () => {
  expect([seconds("250ms"), seconds("5s"), seconds("30m"), seconds("24h"), seconds("7d")]).toEqual([
    0.25, 5, 1800, 86_400, 604_800,
  ]);
  expect([bytes("1KiB"), bytes("20GiB"), gibibytes("2TiB"), gibibytes("1MiB")]).toEqual([
    1024, 21_474_836_480, 2048, 1,
  ]);
  expect([milliseconds("2s"), minutes("10s"), minutes("61m"), days("36h")]).toEqual([2000, 1, 61, 2]);
});

it("knows what is no duration and no size", () => {
  for (const wrong of ["", "30", "m", "-5s", "1.5h", "30 m", "30min", 30, null])
    expect(isDuration(wrong)).toBe(false);
  for (const wrong of ["20", "20GB", "GiB", "1.5GiB", 20]) expect(isSize(wrong)).toBe(false);
});

it("turns units into numbers wherever they are, and leaves the rest alone", () => {
  expect(inBaseUnits({ a: ["5s", "x"], b: { c: "1MiB", d: true, e: 3, f: null } })).toEqual({
    a: [5, "x"],
    b: { c: 1_048_576, d: true, e: 3, f: null },
  });
});

it("says a time as people do", () => {
  expect([spoken(0), spoken(61), spoken(90_061), spoken(3600)]).toEqual(["0s", "1m 1s", "1d 1h", "1h"]);
});

it("keeps the order of durations", () => {
  const duration = fc.tuple(fc.nat(10_000), fc.constantFrom("s", "m", "h", "d" as const));
  fc.assert(
    fc.property(duration, ([count, unit]) => {
      expect(seconds(`${count + 1}${unit}` as "1s")).toBeGreaterThan(seconds(`${count}${unit}` as "1s"));
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameValue, valueAt } from "../../../jobs/verify/places";
import { fill, fillText, MissingCapture } from "../../../jobs/verify/templates";

describe("templates", () => {
  test("a text that is one template keeps the type of its value, at any depth", () => {
    expect(
      fill({ lines: [{ sku: "{{sku}}", quantity: "{{n}}" }], key: "a-{{n}}" }, { sku: "A", n: 2 }),
    ).toEqual({
      lines: [{ sku: "A", quantity: 2 }],
      key: "a-2",
    });
  });

  test("values are encoded in paths", () => {
    expect(fillText("/stock/{{sku}}", { sku: "a/b ü" }, encodeURIComponent)).toBe("/stock/a%2Fb%20%C3%BC");
  });

  test("something that was never captured is an error that names it", () => {
    expect(() => fill("{{number}}", {})).toThrow(MissingCapture);
    expect(() => fill("{{number}}", { number: null })).toThrow(/number/);
  });

  test("JSON without templates stays what it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        if (!text.includes("{{")) expect(fill(JSON.parse(text), {})).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe("places in an answer", () => {
  const answer = {
    orders: [{ number: "A", lines: [{ n: 1 }] }, { number: "B" }],
    days: [{ date: "2026-01-31", orders: 7 }],
  };
  test.each([
    ["orders[1].number", "B"],
    ["orders[0].lines[0].n", 1],
    ["orders[*].number", ["A", "B"]],
    ["length(orders)", 2],
    ["days[date=2026-01-31].orders", 7],
    ["days[date=2026-02-01].orders", undefined],
    ["orders[5].number", undefined],
    ["length(nothing)", undefined],
    ["$", answer],
  ])("%s", (place, value) => {
    expect(valueAt(answer, place)).toEqual(value);
  });

  test("numbers that the database gives as text are the same numbers; other types are not", () => {
    expect([
      sameValue(7, "7"),
      sameValue("19.90", 19.9),
      sameValue(1, "x"),
      sameValue(0, ""),
      sameValue(0, null),
      sameValue("a", "a"),
    ]).toEqual([true, true, false, false, false, true]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timestamp } from "../../../drill/shop/generator/calendar";
import { dateFormatProblem, dateReader } from "../../../drill/shop/importer/dates";
import { compileConditions, compileExpression } from "../../../drill/shop/importer/expression";
import type { Condition, Expression } from "../../../drill/shop/importer/mapping";
import { readDecimal } from "../../../drill/shop/importer/values";

const BERLIN = "Europe/Berlin";

function time(text: string, format: string, zone = BERLIN): string | undefined {
  const read = dateReader(format, zone, BERLIN)(text);
  return read === undefined ? undefined : timestamp(read);
}

describe("times", () => {
  it.each([
    ["12/1/2010 8:26", "M/D/YYYY H:mm", BERLIN, "2010-12-01 08:26:00"],
    ["01.02.24", "DD.MM.YY", BERLIN, "2024-02-01 00:00:00"],
    ["3-Mar-1999 12:05 am", "D-MMM-YYYY h:mm A", BERLIN, "1999-03-03 00:05:00"],
    ["2024-07-01T10:00:00Z", "YYYY-MM-DDTHH:mm:ssZ", BERLIN, "2024-07-01 12:00:00"],
    ["2024-01-01 10:00:00.123+05:30", "YYYY-MM-DD HH:mm:ss.fffZ", BERLIN, "2024-01-01 05:30:00"],
    ["2011-03-27 01:30", "YYYY-MM-DD HH:mm", "Europe/London", "2011-03-27 03:30:00"],
    ["2024-06-01 10:00", "YYYY-MM-DD HH:mm", "America/Sao_Paulo", "2024-06-01 15:00:00"],
    ["1700000000", "unix", BERLIN, "2023-11-14 23:13:20"],
    ["1700000000000", "unix-ms", BERLIN, "2023-11-14 23:13:20"],
  ])("reads %s written as %s in %s", (text, format, zone, expected) => {
    expect(time(text, format, zone)).toBe(expected);
  });

  it.each([
    ["31.06.2024", "DD.MM.YYYY"],
    ["29.02.2023", "DD.MM.YYYY"],
    ["13/13/2011 8:00", "M/D/YYYY H:mm"],
    ["2024-01-01 24:00", "YYYY-MM-DD HH:mm"],
    ["2024-01-01 10:60", "YYYY-MM-DD HH:mm"],
    ["0000-00-00", "YYYY-MM-DD"],
    ["13:00 pm 2024-01-01", "h:mm A YYYY-MM-DD"],
    ["1.1.2024", "DD.MM.YYYY"],
    ["", "YYYY-MM-DD"],
  ])("refuses %s as %s", (text, format) => {
    expect(time(text, format)).toBeUndefined();
  });

  it("reads back every second that is written, in any format", () => {
    const instant = fc.integer({ min: Date.UTC(1970, 0, 1) / 1000, max: Date.UTC(2069, 11, 31) / 1000 });
    fc.assert(
      fc.property(instant, (seconds) => {
        const written = timestamp(seconds * 1000);
        expect(time(written, "YYYY-MM-DD HH:mm:ss")).toBe(written);
      }),
    );
  });

  it("names formats that cannot work", () => {
    expect(dateFormatProblem("DD.MM.YYYY HH:mm")).toBeUndefined();
    expect(dateFormatProblem("DD.MM")).toMatch(/must have year/);
    expect(dateFormatProblem("YYYY-MM-DD MMM")).toMatch(/names a part twice/);
  });
});

describe("numbers", () => {
  it.each([
    ["1.234,50 €", ",", "1234.50"],
    ["1,234.50", ".", "1234.50"],
    ["-0,5", ",", "-0.5"],
    ["+7", ".", "7"],
    [".5", ".", "0.5"],
    ["£2.55", ".", "2.55"],
    ["1'000", ".", "1000"],
    ["1 000,00", ",", "1000.00"],
  ] as const)("reads %s where the decimal sign is %s", (text, decimal, expected) => {
    expect(readDecimal(text, decimal)).toBe(expected);
  });

  it.each([
    ["1,5", "."],
    ["1.5", ","],
    ["1.2.3", "."],
    ["12e3", "."],
    ["two", "."],
    ["-", "."],
    ["", "."],
    ["NaN", "."],
  ] as const)("refuses %s where the decimal sign is %s", (text, decimal) => {
    expect(() => readDecimal(text, decimal)).toThrow(/is no number/);
  });
});

describe("expressions", () => {
  const reading = {
    columns: new Map([
      ["a", 0],
      ["b", 1],
      ["n", 2],
    ]),
    empty: new Set(["NULL"]),
    decimal: "." as const,
  };
  const value = (expression: Expression, row: string[]): string =>
    compileExpression(expression, reading).evaluate(row);

  it("take a column, trimmed, and know what empty means", () => {
    expect(value({ column: "a" }, ["  x "])).toBe("x");
    expect(value({ column: "a", default: "none" }, ["NULL"])).toBe("none");
    expect(value({ value: "EUR" }, [])).toBe("EUR");
  });

  it("join columns, and are empty when all of them are", () => {
    expect(value({ template: "{a} ({b})" }, ["x", "y"])).toBe("x (y)");
    expect(value({ template: "{a} ({b})" }, ["x", ""])).toBe("x ()");
    expect(value({ template: "{a}, {b}" }, ["", "NULL"])).toBe("");
  });

  it("cut out, translate and multiply", () => {
    expect(value({ column: "a", match: "^C?(\\d+)$" }, ["C123"])).toBe("123");
    expect(() => value({ column: "a", match: "^\\d+$" }, ["x"])).toThrow(/does not match/);
    expect(value({ column: "a", letters: "lower", map: { yes: "1" } }, ["YES"])).toBe("1");
    expect(() => value({ column: "a", map: { yes: "1" } }, ["no"])).toThrow(/is not in the map: yes/);
    expect(value({ column: "a", map: { yes: "1" }, otherwise: "0" }, ["no"])).toBe("0");
    expect(value({ column: "a", map: { yes: "1" }, otherwise: "keep" }, ["no"])).toBe("no");
    expect(value({ column: "n", factor: -1 }, ["", "", "-12"])).toBe("12");
    expect(value({ column: "n", factor: 0.01 }, ["", "", "1990"])).toBe("19.9");
    expect(value({ column: "n", factor: 10 }, ["", "", "10"])).toBe("100");
  });

  it("let rows through that meet every condition", () => {
    const meets = (condition: Condition, text: string): boolean =>
      compileConditions({ a: condition }, reading)([text]);
    expect(meets({ is: ["x", "y"] }, "y")).toBe(true);
    expect(meets({ is: "x" }, "y")).toBe(false);
    expect(meets({ matches: "^C", not: true }, "C1")).toBe(false);
    expect(meets({ present: true }, "NULL")).toBe(false);
    expect(meets({ present: false }, "")).toBe(true);
    expect(meets({ above: 0 }, "-1")).toBe(false);
    expect(meets({ above: 0, below: 5 }, "4.9")).toBe(true);
    expect(meets({ above: 0 }, "many")).toBe(false);
  });
});

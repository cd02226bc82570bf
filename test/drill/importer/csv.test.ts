import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvReader, type CsvRecord, guessDelimiter } from "../../../drill/shop/importer/csv";

function read(text: string, delimiter = ",", pieces = [text]): CsvRecord[] {
  const reader = new CsvReader(delimiter);
  return [...pieces.flatMap((piece) => [...reader.push(piece)]), ...reader.end()];
}

const fields = (text: string, delimiter?: string): unknown[] =>
  read(text, delimiter).map((record) => ("fields" in record ? record.fields : record.problem));

describe("reading CSV", () => {
  it("takes fields in quotes with separators, line ends and doubled quotes", () => {
    expect(fields('a,"b,c"\r\n"1 ""x""","two\r\nlines"\n')).toEqual([
      ["a", "b,c"],
      ['1 "x"', "two\r\nlines"],
    ]);
  });

  it("counts the lines of the file, blank ones and those inside quotes too", () => {
    expect(read('h\n\n"a\nb\nc"\nd').map(({ line }) => line)).toEqual([1, 3, 6]);
  });

  it("takes a quote inside a plain field as it stands", () => {
    expect(fields('27" screen,x\n')).toEqual([['27" screen', "x"]]);
  });

  it("gives empty fields, also in quotes and at the end", () => {
    expect(fields('a,,""\n,\n')).toEqual([
      ["a", "", ""],
      ["", ""],
    ]);
  });

  it("names a quote that is never closed and text after a closing one, and goes on", () => {
    expect(fields('a,"b"x,c\nd,e,f\n')).toEqual(["text after a closing quote: x", ["d", "e", "f"]]);
    expect(fields('a,"b\nc,d\n')).toEqual(["a quote is never closed", ["c", "d"]]);
  });

  it("reads back whatever RFC 4180 writes, in pieces of any size", () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", "é", '"', ",", ";", "\n", "\r\n", " ", "1"),
      maxLength: 6,
    });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(",", ";"),
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 9 }),
        (table, delimiter, end, size) => {
          const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
          const text = table.map((row) => row.map(quote).join(delimiter)).join(end);
          const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
          expect(read(text, delimiter, pieces).map((record) => "fields" in record && record.fields)).toEqual(
            table,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("guesses the separator from the header", () => {
    expect(guessDelimiter("a;b;c,d")).toBe(";");
    expect(guessDelimiter('"x;y;z",b,c')).toBe(",");
    expect(guessDelimiter("a\tb")).toBe("\t");
    expect(guessDelimiter("alone")).toBe(",");
  });
});

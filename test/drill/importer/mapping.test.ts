import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadMapping } from "../../../drill/shop/importer/mapping";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-mapping-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a mapping", () => {
  it.each([
    [
      "an unknown key",
      "version: 1\nfile: []\nfiles: [{ file: a, targets: [{ into: customers, fields: { key: a } }] }]",
      /Unrecognized key: "file"/,
    ],
    [
      "an unknown target",
      "version: 1\nfiles: [{ file: a, targets: [{ into: clients, fields: {} }] }]",
      /files\.0\.targets\.0\.into/,
    ],
    [
      "an unknown field",
      "version: 1\nfiles: [{ file: a, targets: [{ into: customers, fields: { key: a, age: b } }] }]",
      /mapping\.yaml:2: .*age: customers have no such field; known are key, email/,
    ],
    [
      "a missing field",
      "version: 1\nfiles: [{ file: a, targets: [{ into: lines, fields: { order: a, sku: b, price: c } }] }]",
      /lines need the field quantity/,
    ],
    [
      "two sources of a value",
      "version: 1\nfiles: [{ file: a, targets: [{ into: customers, fields: { key: { column: a, value: b } } }] }]",
      /exactly one of column, template and value/,
    ],
    [
      "a date format without a year",
      "version: 1\nfiles: [{ file: a, dates: DD.MM, targets: [{ into: customers, fields: { key: a } }] }]",
      /must have year/,
    ],
    [
      "a broken regular expression",
      'version: 1\nfiles: [{ file: a, targets: [{ into: customers, fields: { key: { column: a, match: "(" } } }] }]',
      /is no regular expression/,
    ],
    [
      "an unknown time zone",
      "version: 1\nfiles: [{ file: a, timeZone: Berlin, targets: [{ into: customers, fields: { key: a } }] }]",
      /is no time zone/,
    ],
    ["text that is no YAML", "version: [1\n", /mapping\.yaml:\d+: /],
  ])("refuses a mapping with %s and says where", (_, mapping, expected) => {
    const file = path.join(folder, "mapping.yaml");
    writeFileSync(file, mapping);
    expect(() => loadMapping(file)).toThrow(expected);
  });

  it("is refused with all its problems at once", () => {
    const file = path.join(folder, "mapping.yaml");
    writeFileSync(file, "version: 2\nfiles: [{ file: a, decimal: point, targets: [] }]\n");
    expect(() => loadMapping(file)).toThrow(/version.*\n.*decimal.*\n.*targets/);
    expect(() => loadMapping(path.join(folder, "none.yaml"))).toThrow(/there is no such file/);
  });
});

import { describe, expect, it } from "vitest";
import type { Source } from "../../../jobs/migrate/declarations/model";
import { spelledOut } from "../../../jobs/migrate/sql/single/spelled-out";
import { touchedBy } from "../../../jobs/migrate/sql/single/touched";

const source = (columns: readonly string[], more: Partial<Source> = {}): Source => ({
  dataSet: "things",
  priority: 1,
  number: 0,
  schema: "v1",
  table: "things",
  key: "id",
  keyType: "bigint",
  identity: ["id"],
  ranged: true,
  columns: ["id", ...columns],
  types: {},
  after: [],
  prepare: [],
  rules: [],
  targets: [
    {
      schema: "v2",
      table: "items",
      owner: "id",
      key: ["id"],
      columns: ["id", ...columns].map((name) => ({ name, type: "text", forward: `s.${name}`, compare: "$" })),
    },
  ],
  rows: 0,
  ...more,
});

describe("the number that tells what a statement changed", () => {
  it("has one bit for columns that are read by the same, none for the key and for what nobody reads", () => {
    const touched = touchedBy(source(["a", "b", "c"]), [["a", "b"], ["c"], ["id"]]);
    expect(touched.number).toBe(
      `(0 | CASE WHEN (s."a", s."b") IS DISTINCT FROM (o."a", o."b") THEN 1 ELSE 0 END | CASE WHEN (s."c") IS DISTINCT FROM (o."c") THEN 2 ELSE 0 END)::bigint`,
    );
    expect([touched.any(["b"]), touched.any(["c", "a"]), touched.any(["id"])]).toEqual([
      "s.order_upgrade_touched & 1 <> 0",
      "s.order_upgrade_touched & 3 <> 0",
      "false",
    ]);
  });

  it("lets the last columns share a bit where there are more than a bigint has", () => {
    const columns = Array.from({ length: 70 }, (_, index) => `c${index}`);
    const touched = touchedBy(
      source(columns),
      columns.map((name) => [name]),
    );
    expect(touched.any(["c61"])).toBe(`s.order_upgrade_touched & ${1n << 61n} <> 0`);
    for (const last of ["c62", "c69"])
      expect(touched.any([last])).toBe(`s.order_upgrade_touched & ${1n << 62n} <> 0`);
  });
});

describe("a source without prepared values", () => {
  const target = source(["label"]).targets[0];
  const spelled = (forward: string): string | undefined =>
    spelledOut(
      source(["label"], {
        prepare: [{ bare: "btrim(s.label)" }, { code: "upper(s.bare)" }],
        targets: target
          ? [{ ...target, columns: [{ name: "label", type: "text", forward, compare: "$" }] }]
          : [],
      }),
    ).targets[0]?.columns[0]?.forward;

  it.each([
    ["s.code", "(upper((btrim(s.label))))"],
    ['s."code" || s.label', "(upper((btrim(s.label)))) || s.label"],
    ["'s.code' || 'it''s.code' || s.bare", "'s.code' || 'it''s.code' || (btrim(s.label))"],
    ["this.code || s.codes", "this.code || s.codes"],
  ])("says %s in full", (forward, expected) => {
    expect(spelled(forward)).toBe(expected);
  });
});

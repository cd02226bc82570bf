import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Catalogue, Column, Table } from "../../../jobs/migrate/declarations/catalogue";
import { resolveModel } from "../../../jobs/migrate/declarations/resolve";
import { columnsIn, textsOf, usedColumns } from "../../../jobs/migrate/sql/inputs";
import { ReleaseProblem } from "../../../releases/load";
import { loadMappings } from "../../../releases/mapping";
import { RELEASES } from "./support/shop";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-mapping-"));
  cpSync(path.join(RELEASES, "4.0.0"), path.join(folder, "4.0.0"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const change = (name: string, from: string, to: string): void => {
  const file = path.join(folder, "4.0.0", `mapping.${name}.yaml`);
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
};

const problemsOf = (work: () => unknown): string => {
  try {
    work();
  } catch (problem) {
    expect(problem).toBeInstanceOf(ReleaseProblem);
    return (problem as Error).message;
  }
  return "";
};

describe("mapping files", () => {
  it("of 4.0.0 cover the six data sets, the most important first", () => {
    expect(loadMappings(folder, "4.0.0").map(({ dataSet }) => dataSet)).toEqual([
      "customers",
      "products",
      "promotions",
      "orders",
      "logistics",
      "reviews",
    ]);
  });

  it("report every mistake at once, with file and line", () => {
    change("reviews", "action: set-aside", "action: drop");
    change("products", "priority: 2", "priority: soon");
    const text = problemsOf(() => loadMappings(folder, "4.0.0"));
    expect(text).toMatch(/mapping\.reviews\.yaml:\d+: sources\.0\.rules\.0\.action/);
    expect(text).toMatch(/mapping\.products\.yaml:\d+: priority/);
  });

  it("refuse a source that waits for one that is not there", () => {
    change("logistics", "after: [orders]", "after: [parcels]");
    expect(problemsOf(() => loadMappings(folder, "4.0.0"))).toContain("waits for parcels");
  });

  it("refuse two statements in one expression", () => {
    change("products", "category: s.category", "category: s.category; DROP TABLE x");
    expect(problemsOf(() => loadMappings(folder, "4.0.0"))).toContain("without a semicolon");
  });

  it("refuse two writers of one table that are not told apart", () => {
    change("reviews", "- table: returns", "- table: reviews");
    expect(problemsOf(() => loadMappings(folder, "4.0.0"))).toContain("tell their rows apart with a filter");
  });

  it("say so when there are none", () => {
    expect(problemsOf(() => loadMappings(folder, "9.9.9"))).toContain("holds no mapping");
  });
});

const table = (
  name: string,
  columns: readonly Partial<Column>[],
  primaryKey: readonly string[],
): [string, Table] => [
  name,
  {
    name,
    columns: new Map(
      columns.map((one) => [
        one.name ?? "",
        { name: "", type: "text", generated: false, notNull: false, hasDefault: false, ...one },
      ]),
    ),
    primaryKey,
    unique: new Set(primaryKey),
    indexed: new Set(primaryKey),
    triggers: [],
    rows: 0,
    bytes: 0,
  },
];

const resolve = (sources: object[], old: Catalogue, next: Catalogue) =>
  resolveModel(
    [{ version: 1, dataSet: "things", what: "Things", priority: 1, sources }] as never,
    { release: "1.0.0", schema: "v1", catalogue: old },
    { release: "2.0.0", schema: "v2", catalogue: next },
  );

const source = (more: object = {}) => ({
  table: "things",
  key: "id",
  after: [],
  prepare: [],
  rules: [],
  targets: [{ table: "items", owner: "id", columns: { id: "s.id", label: "s.label" } }],
  backward: { gather: [], columns: { label: "t.label" } },
  ...more,
});

const OLD: Catalogue = new Map([
  table("things", [{ name: "id", type: "bigint", notNull: true }, { name: "label" }], ["id"]),
]);
const NEW: Catalogue = new Map([
  table(
    "items",
    [{ name: "id", type: "bigint", notNull: true }, { name: "label", notNull: true }, { name: "extra" }],
    ["id"],
  ),
]);

describe("declarations against the tables that are there", () => {
  it("are bound to types and keys", () => {
    const model = resolve([source()], OLD, NEW);
    expect(model.sources[0]).toMatchObject({ keyType: "bigint", ranged: true, number: 0 });
    expect(model.sources[0]?.targets[0]?.key).toEqual(["id"]);
  });

  it.each([
    ["an unknown table", { table: "nothing" }, "there is no such table in v1"],
    ["an unknown key", { key: "nothing" }, "there is no column nothing"],
    ["a key that is not unique", { key: "label" }, "is not unique"],
    [
      "an unknown column in an expression",
      { targets: [{ table: "items", owner: "id", columns: { id: "s.id", label: "s.nothing" } }] },
      "s.nothing is neither a column nor a prepared value",
    ],
    [
      "a target column that is not there",
      {
        targets: [
          { table: "items", owner: "id", columns: { id: "s.id", label: "s.label", color: "s.label" } },
        ],
      },
      "there is no column color",
    ],
    [
      "a needed column without an expression",
      { targets: [{ table: "items", owner: "id", columns: { id: "s.id" } }] },
      "label is NOT NULL without a default",
    ],
    [
      "an owner of another type",
      { targets: [{ table: "items", owner: "label", columns: { id: "s.id", label: "s.label" } }] },
      "the key of the source is bigint",
    ],
    [
      "a way back to a column that is not there",
      { backward: { gather: [], columns: { color: "t.label" } } },
      "backward.color: there is no such column",
    ],
    [
      "a prepared value with the name of a column",
      { prepare: [{ label: "1" }] },
      "is a column of the table already",
    ],
  ])("refuse %s", (_, more, message) => {
    expect(problemsOf(() => resolve([source(more)], OLD, NEW))).toContain(message);
  });

  it("refuse sources that wait for each other", () => {
    expect(problemsOf(() => resolve([source({ after: ["things"] })], OLD, NEW))).toContain(
      "break the circle",
    );
  });

  it("know which columns matter to a trigger", () => {
    const model = resolve([source()], OLD, NEW);
    expect(model.sources.map(usedColumns)).toEqual([["id", "label"]]);
  });

  it("know which columns a target depends on, also by way of prepared values", () => {
    const model = resolve(
      [
        source({
          prepare: [{ bare: "btrim(s.label)" }, { code: "upper(s.bare)" }],
          targets: [
            {
              table: "items",
              owner: "id",
              when: "s.code <> 'other'",
              columns: { id: "s.id", label: "'constant'" },
            },
          ],
        }),
      ],
      OLD,
      NEW,
    );
    const [one] = model.sources;
    expect(one?.targets.map((target) => columnsIn(one, textsOf(target)))).toEqual([["id", "label"]]);
  });
});

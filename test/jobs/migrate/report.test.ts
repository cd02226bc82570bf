import { describe, expect, it } from "vitest";
import type { MigrationFigures } from "../../../jobs/migrate/figures";
import { htmlReport } from "../../../jobs/migrate/report/html";
import { markdownReport } from "../../../jobs/migrate/report/markdown";
import { predict } from "../../../jobs/migrate/report/predict";

const FIGURES: MigrationFigures = {
  rows: 100_000,
  migrated: 99_000,
  merged: 600,
  quarantined: 400,
  different: 0,
  repaired: 0,
  seconds: 14,
  loadSeconds: 10,
  compareSeconds: 3,
  rate: 10_000,
  chunks: 20,
  chunksRedone: 1,
  databaseBytes: 50 * 1024 ** 2,
  dataSets: [
    {
      dataSet: "orders",
      source: "orders",
      state: "equal",
      rows: 100_000,
      migrated: 99_000,
      merged: 600,
      quarantined: 400,
      different: 0,
      loadSeconds: 10,
      compareSeconds: 3,
    },
  ],
  cleaned: [{ source: "orders", rule: "status-spelling", rows: 7 }],
  setAside: [
    {
      source: "orders",
      rule: "lines-unreadable",
      reason: "No <JSON> | at all",
      rows: 400,
      samples: ["1", "2"],
    },
  ],
  decisions: [],
  invariants: [{ name: "totals", what: "Totals equal their lines", broken: 0 }],
};
const ABOUT = { from: "3.2.0", to: "4.0.0", at: "2026-01-01T00:00:00.000Z", productionRows: 1_000_000 };

describe("the report of a migration", () => {
  it("says in the first sentence whether the models agree, and how the rows add up", () => {
    const text = markdownReport(ABOUT, FIGURES);
    expect(text).toContain(
      "Both data models agree, row by row. 100,000 rows were in the old model: 99,000 are in the new one",
    );
    expect(text).toContain("| orders | status-spelling | 7 |");
    expect(
      markdownReport(ABOUT, { ...FIGURES, invariants: [{ name: "x", what: "X", broken: 2 }] }),
    ).toContain("1 rules of the business are broken");
  });

  it("writes data as text, not as markup", () => {
    expect(markdownReport(ABOUT, FIGURES)).toContain("No <JSON> \\| at all");
    expect(htmlReport(ABOUT, FIGURES)).toContain("No &lt;JSON&gt; | at all");
  });

  it("predicts production from a rehearsal, with room to spare", () => {
    expect(predict(FIGURES, 1_000_000)).toEqual({
      rows: 1_000_000,
      loadSeconds: 100,
      compareSeconds: 30,
      bytes: 500 * 1024 ** 2,
      timeLimitSeconds: 280,
    });
  });

  it("predicts nothing from a rehearsal that is too small", () => {
    expect(predict({ ...FIGURES, rows: 500 }, 1_000_000)).toBeUndefined();
  });
});

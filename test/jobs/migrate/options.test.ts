import { describe, expect, it } from "vitest";
import { EnvironmentProblem } from "../../../jobs/frame/problems";
import { readNumbers, type TypedNumbers } from "../../../jobs/migrate/cli/options";

const problemsOf = (typed: TypedNumbers): readonly string[] => {
  try {
    readNumbers(typed);
  } catch (problem) {
    if (problem instanceof EnvironmentProblem) return problem.problems;
    throw problem;
  }
  return [];
};

describe("the numbers of the command line", () => {
  it("have the defaults of the parameters where nothing was typed", () => {
    expect(readNumbers({})).toEqual({
      sample: 1,
      settings: expect.objectContaining({ parallel: 2, chunkRows: 5000, slowdown: 1.5, writeLatency: 0.05 }),
    });
  });

  it("reach the migration, the prediction and the comparison", () => {
    expect(
      readNumbers({
        parallel: "4",
        chunkRows: "100",
        slowdown: "2.5",
        productionRows: "3000000",
        sample: "0.1",
      }),
    ).toEqual({
      sample: 0.1,
      productionRows: 3_000_000,
      settings: expect.objectContaining({ parallel: 4, chunkRows: 100, slowdown: 2.5 }),
    });
  });

  it("are refused all at once, with the option, the rule and the value", () => {
    expect(
      problemsOf({
        parallel: "99",
        chunkRows: "many",
        slowdown: "1",
        productionRows: "2.5",
        sample: "0",
      }),
    ).toEqual([
      '--parallel: expected a whole number from 1 to 16 (got "99")',
      '--chunk-rows: expected a whole number from 100 to 1000000 (got "many")',
      '--slowdown: expected a number from 1.1 to 100 (got "1")',
      '--production-rows: expected a whole number from 1 to 1000000000000 (got "2.5")',
      '--sample: expected a number from 0.0001 to 1 (got "0")',
    ]);
  });

  it.each(["", " ", "-1", "1e3", "0x10", "NaN", "Infinity", "1,5", "1."])(
    "does not guess what %j means",
    (text) => {
      expect(problemsOf({ slowdown: text })).toEqual([
        `--slowdown: expected a number from 1.1 to 100 (got "${text}")`,
      ]);
    },
  );
});

import { beforeAll, describe, expect, it } from "vitest";
import { PHASES } from "../../../infra/phases";
import { positionOf, type Registered } from "../../infra/mocked";
import { runProgram } from "../../infra/program";
import { allMutants, judgeAll, type Phases, type Summary, soundVerdicts, summarise } from "./proof";

const runs = new Map<string, readonly Registered[]>();
let summary: Summary;

// One file, one process: loading the provider libraries costs more than all programs together.
beforeAll(async () => {
  for (const phase of PHASES) {
    const { configuration, evidence } = positionOf("production", phase, {}, true);
    runs.set(phase, (await runProgram("production", configuration, evidence)).resources);
  }
  const phases: Phases = runs;
  summary = summarise(judgeAll(phases, allMutants(phases)));
}, 600_000);

describe("both packs over the production stack", () => {
  it("find nothing wrong with it in any phase, when each is entered for the first time", () => {
    expect(soundVerdicts(runs)).toEqual([]);
  });

  it("catch at least 95 % of the mutants that the catalogue covers", () => {
    expect(summary.mutants).toBeGreaterThanOrEqual(300);
    expect(summary.share).toBeGreaterThanOrEqual(0.95);
  });

  it("let no mutant survive without a reason", () => {
    expect(summary.survivors.map(({ subject, what }) => `${subject.type} ${subject.name}: ${what}`)).toEqual(
      [],
    );
    for (const { uncovered } of summary.uncovered) expect(uncovered).toMatch(/\w{3}/);
  });
});

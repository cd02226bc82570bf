import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayTurn, PHASES, type Phase, STRATEGIES } from "../../infra/phases";
import { pathTo as path } from "../../upgrade/path";

const CANARY = [10, 50, 100];
const pathTo = (from: ReturnType<typeof at>, to: string, canary = CANARY) =>
  path(from, to, "blue-green", canary);
const FORWARD: Phase[] = ["steady", "prepared", "migrated", "staged", "live", "complete"];
const at = (phase: Phase, weight = 100, unfinished = false) => ({ phase, weight, unfinished });

describe("the path from one position of the dial to another", () => {
  it("goes through every phase, and into live through every canary weight", () => {
    expect(pathTo(at("steady"), "complete")).toEqual([
      { phase: "prepared" },
      { phase: "migrated" },
      { phase: "staged" },
      { phase: "live", weight: 10 },
      { phase: "live", weight: 50 },
      { phase: "live", weight: 100 },
      { phase: "complete" },
    ]);
  });

  it("repeats the phase at hand first when a crash may have left it half done", () => {
    expect(pathTo(at("migrated", 100, true), "staged")).toEqual([{ phase: "migrated" }, { phase: "staged" }]);
    expect(pathTo(at("live", 50, true), "live")).toEqual([
      { phase: "live", weight: 50 },
      { phase: "live", weight: 100 },
    ]);
  });

  it("goes on from the canary weight that was reached", () => {
    expect(pathTo(at("live", 10), "live")).toEqual([
      { phase: "live", weight: 50 },
      { phase: "live", weight: 100 },
    ]);
  });

  it("goes back the way the table of phases allows, traffic as a whole", () => {
    expect(pathTo(at("live"), "staged")).toEqual([{ phase: "staged" }]);
    expect(pathTo(at("live"), "prepared")).toEqual([
      { phase: "staged" },
      { phase: "migrated" },
      { phase: "prepared" },
    ]);
    for (const phase of ["prepared", "migrated", "staged", "live"] as const) {
      expect(pathTo(at(phase), "reverted")).toEqual([{ phase: "reverted" }]);
    }
  });

  it("brings no more customers to a release that is being left, however far its update had come", () => {
    const unfinished = { phase: "live", weight: 10, unfinished: true } as const;
    expect(pathTo(unfinished, "staged")).toEqual([{ phase: "staged" }]);
    expect(pathTo(unfinished, "reverted")).toEqual([{ phase: "reverted" }]);
    expect(pathTo(unfinished, "complete").map(({ weight }) => weight)).toEqual([10, 50, 100, undefined]);
    expect(pathTo({ phase: "reverted", weight: 100, unfinished: true }, "prepared")).toEqual([
      { phase: "reverted" },
      { phase: "prepared" },
    ]);
  });

  it("has no turn to make where it stands already", () => {
    expect(pathTo(at("staged"), "staged")).toEqual([]);
    expect(pathTo(at("live"), "live")).toEqual([]);
  });

  it("refuses to leave a completed upgrade and names the way forward", () => {
    for (const phase of [...FORWARD.slice(0, -1), "reverted"]) {
      expect(() => pathTo(at("complete"), phase)).toThrow(/way is forward.*release\.current/);
    }
  });

  it("names both ways out of a complete that stopped", () => {
    expect(() => pathTo({ phase: "complete", weight: 100, unfinished: true }, "live")).toThrow(
      /run --to complete.*order-upgrade rollback/,
    );
  });

  it("does not leave an upgrade under way without finishing or ending it", () => {
    expect(() => pathTo(at("migrated"), "steady")).toThrow(/under way.*complete.*abort/);
  });

  it("refuses an unknown phase and names the known ones", () => {
    expect(() => pathTo(at("steady"), "lve")).toThrow(/"lve" is unknown.*live/);
  });

  it("refuses to go on with an upgrade that was taken back, except from its beginning", () => {
    expect(() => pathTo(at("reverted"), "live")).toThrow(/Begin again/);
    expect(pathTo(at("reverted"), "prepared").at(-1)).toEqual({ phase: "prepared" });
  });

  it("makes only turns that the table allows, ends at its target, and never lowers a canary weight", () => {
    const options = [
      fc.constantFrom(...PHASES),
      fc.constantFrom(...PHASES),
      fc.constantFrom(...CANARY),
      fc.boolean(),
      fc.constantFrom(...STRATEGIES),
    ] as const;
    fc.assert(
      fc.property(...options, (from, to, weight, unfinished, strategy) => {
        let turns: ReturnType<typeof path>;
        try {
          turns = path({ phase: from, weight, unfinished }, to, strategy, CANARY);
        } catch {
          // Refusals that have their own tests: nothing leads out of a complete or a taken-back upgrade, or past its end.
          expect(from === "complete" || from === "reverted" || to === "steady").toBe(true);
          return;
        }
        if (turns.length > 0) expect(turns.at(-1)?.phase).toBe(to);
        const visited = [from, ...turns.map((turn) => turn.phase)];
        for (const [index, phase] of visited.slice(1).entries())
          expect(mayTurn(strategy, visited[index] as Phase, phase)).toBe(true);
        const weights = turns.flatMap((turn) => turn.weight ?? []);
        expect([...weights].sort((a, b) => a - b)).toEqual(weights);
      }),
    );
  });
});

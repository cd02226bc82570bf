import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathTo } from "../../upgrade/path";

const CANARY = [10, 50, 100];
const FORWARD = ["steady", "prepared", "migrated", "staged", "live", "complete"];
const at = (phase: string, weight = 100, unfinished = false) => ({ phase, weight, unfinished });

describe("the path from one position of the dial to another", () => {
  it("goes through every phase, and into live through every canary weight", () => {
    expect(pathTo(at("steady"), "complete", CANARY)).toEqual([
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
    expect(pathTo(at("migrated", 100, true), "staged", CANARY)).toEqual([
      { phase: "migrated" },
      { phase: "staged" },
    ]);
    expect(pathTo(at("live", 50, true), "live", CANARY)).toEqual([
      { phase: "live", weight: 50 },
      { phase: "live", weight: 100 },
    ]);
  });

  it("goes on from the canary weight that was reached", () => {
    expect(pathTo(at("live", 10), "live", CANARY)).toEqual([
      { phase: "live", weight: 50 },
      { phase: "live", weight: 100 },
    ]);
  });

  it("goes back in one turn", () => {
    expect(pathTo(at("live"), "staged", CANARY)).toEqual([{ phase: "staged" }]);
    expect(pathTo(at("staged"), "reverted", CANARY)).toEqual([{ phase: "reverted" }]);
  });

  it("has no turn to make where it stands already", () => {
    expect(pathTo(at("staged"), "staged", CANARY)).toEqual([]);
    expect(pathTo(at("live"), "live", CANARY)).toEqual([]);
  });

  it("refuses to leave a completed upgrade and names the way forward", () => {
    for (const phase of [...FORWARD.slice(0, -1), "reverted"]) {
      expect(() => pathTo(at("complete"), phase, CANARY)).toThrow(/way is forward.*release\.current/);
    }
  });

  it("refuses an unknown phase and names the known ones", () => {
    expect(() => pathTo(at("steady"), "lve", CANARY)).toThrow(/"lve" is unknown.*live/);
  });

  it("refuses to go on with an upgrade that was taken back, except from its beginning", () => {
    expect(() => pathTo(at("reverted"), "live", CANARY)).toThrow(/Begin again/);
    expect(pathTo(at("reverted"), "prepared", CANARY).at(-1)).toEqual({ phase: "prepared" });
  });

  it("ends at its target, never skips a phase forward and never lowers a canary weight", () => {
    const phase = fc.constantFrom(...FORWARD.slice(0, -1));
    fc.assert(
      fc.property(
        phase,
        fc.constantFrom(...FORWARD),
        fc.constantFrom(...CANARY),
        fc.boolean(),
        (from, to, weight, unfinished) => {
          const turns = pathTo({ phase: from, weight, unfinished }, to, CANARY);
          if (turns.length > 0) expect(turns.at(-1)?.phase).toBe(to);
          const forward = FORWARD.indexOf(to) >= FORWARD.indexOf(from);
          const visited = [from, ...turns.map((turn) => turn.phase)].map((name) => FORWARD.indexOf(name));
          visited.slice(1).forEach((position, index) => {
            const step = position - (visited[index] ?? 0);
            if (forward) expect(step === 0 || step === 1).toBe(true);
            else expect(turns).toHaveLength(1);
          });
          const weights = turns.flatMap((turn) => turn.weight ?? []);
          expect([...weights].sort((a, b) => a - b)).toEqual(weights);
        },
      ),
    );
  });
});

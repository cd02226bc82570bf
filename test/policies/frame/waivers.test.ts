import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Waivers } from "../../../policies/frame/waivers";

const NOW = new Date("2026-03-10T12:00:00Z");
const RULES = new Set(["rds-deletion-protection"]);
const GOOD = {
  rule: "rds-deletion-protection",
  resource: "scratch",
  stacks: "[staging]",
  reason: "Scratch database of the restore test, removed within the hour.",
  owner: "ann",
  approver: "bob",
  granted: "2026-03-01",
  expires: "2026-03-31",
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-waivers-"));
  file = path.join(folder, "waivers.yaml");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(
  changes: Partial<Record<keyof typeof GOOD | "extra", string>> = {},
  stack = "staging",
): Waivers {
  const fields = Object.entries({ ...GOOD, ...changes }).map(([key, value]) => `    ${key}: ${value}`);
  writeFileSync(file, `waivers:\n  -\n${fields.join("\n")}\n`);
  return Waivers.read(file, stack, () => RULES, NOW);
}
const scratch = { urn: "urn:pulumi:staging::p::t::scratch", name: "scratch" };

describe("a waiver", () => {
  it("lifts its rule on its resource, by name or by URN, and is counted with the days it still holds", () => {
    const waivers = read();
    expect(waivers.problems).toEqual([]);
    expect(waivers.lift("rds-deletion-protection", scratch)).toBeDefined();
    expect(waivers.inUse()).toMatchObject([{ daysLeft: 21 }]);
    expect(read({ resource: scratch.urn }).lift("rds-deletion-protection", scratch)).toBeDefined();
  });

  it("lifts nothing else: not another rule, resource or stack", () => {
    const waivers = read();
    expect(waivers.lift("rds-multi-az", scratch)).toBeUndefined();
    expect(waivers.lift("rds-deletion-protection", { urn: "urn:x::orders", name: "orders" })).toBeUndefined();
    expect(read({}, "production").lift("rds-deletion-protection", scratch)).toBeUndefined();
  });

  it("holds through its last day and not a moment longer", () => {
    expect(read({ expires: "2026-03-10" }).problems).toEqual([]);
    const expired = read({ expires: "2026-03-09" });
    expect(expired.problems[0]?.message).toMatch(/expired on 2026-03-09/);
    expect(expired.lift("rds-deletion-protection", scratch)).toBeUndefined();
  });

  it("may hold for 90 days, not for 91", () => {
    expect(read({ expires: "2026-05-30" }).problems).toEqual([]);
    expect(read({ expires: "2026-05-31" }).problems[0]?.message).toMatch(/at most 90 days/);
  });

  it.each([
    ["a pattern as resource", { resource: '"scratch-*"' }, /one exact URN or name/],
    ["a short reason", { reason: "because" }, /at least 20 characters/],
    ["the owner as approver", { approver: "ann" }, /somebody else must approve/],
    ["an unknown rule", { rule: "rds-deletion-protektion" }, /unknown; docs\/policies\.md/],
    ["an unknown key", { extra: "1" }, /extra/],
    ["a date that is none", { expires: "soon" }, /expires/],
    ["a grant in the future", { granted: "2026-03-11" }, /in the future/],
  ])("is refused with %s, at its line, and lifts nothing", (_title, changes, message) => {
    const waivers = read(changes);
    expect(waivers.problems.map((problem) => `${problem.place}: ${problem.message}`).join("\n")).toMatch(
      message,
    );
    expect(waivers.problems[0]?.place).toMatch(/waivers\.yaml:\d+$/);
    expect(waivers.lift(GOOD.rule, scratch)).toBeUndefined();
  });

  it("that lifted nothing is reported as unused", () => {
    expect(read().unused(RULES)[0]?.message).toMatch(/does not break it; remove the waiver/);
  });

  it.each([
    ["an empty list", "# Exceptions.\n\nwaivers: []\n"],
    ["an empty list with a remark", "waivers: [ ] # none now\n"],
  ])("file with %s asks for no names of rules", (_title, text) => {
    writeFileSync(file, text);
    const names = (): never => {
      throw new Error("asked");
    };
    expect(Waivers.read(file, "staging", names, NOW).problems).toEqual([]);
  });

  it("file with entries after an empty list is read", () => {
    writeFileSync(file, "waivers: []\nwaivers:\n  - {}\n");
    expect(Waivers.read(file, "staging", () => RULES, NOW).problems.length).toBeGreaterThan(0);
  });

  it("file that is no YAML is one problem with its line", () => {
    writeFileSync(file, "waivers:\n  - rule: [\n");
    const { problems } = Waivers.read(file, "staging", () => RULES, NOW);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.place).toMatch(/waivers\.yaml:\d+$/);
  });
});

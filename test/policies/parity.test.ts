import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { securityRules } from "../../policies/security/rules";
import { upgradeRules } from "../../policies/upgrade/rules";

const POLICIES = path.join(__dirname, "..", "..", "policies");

function filesOf(folder: string): string[] {
  return readdirSync(path.join(POLICIES, folder, "rules"))
    .filter((file) => file !== "index.ts")
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();
}

function testsOf(folder: string): string {
  return readdirSync(path.join(__dirname, folder))
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(path.join(__dirname, folder, file), "utf8"))
    .join("\n");
}

describe.each([
  ["security", securityRules],
  ["upgrade", upgradeRules],
] as const)("the %s pack", (folder, rules) => {
  it("holds each rule of its folder once, under the name of its file", () => {
    expect(rules.map((rule) => rule.name).sort()).toEqual(filesOf(folder));
  });

  it("has the five proofs for each rule", () => {
    const text = testsOf(folder);
    const missing = filesOf(folder).filter((file) => !text.includes(`rules/${file}"`));
    expect(missing).toEqual([]);
  });
});

it("names every rule once over both packs, in the field's form", () => {
  const names = [...securityRules, ...upgradeRules].map((rule) => rule.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { policiesPage } from "../../policies/documentation";
import { STATEFUL_TYPES } from "../../policies/upgrade/stateful";
import { STATEFUL_TYPES as CHECKED } from "../../upgrade/check/stateful";

it("docs/policies.md is made from the rules (npx tsx policies/documentation.ts)", () => {
  const page = path.join(__dirname, "..", "..", "docs", "policies.md");
  expect(readFileSync(page, "utf8")).toBe(policiesPage());
});

it("the pack protects the types whose loss stops the check and the operator's command", () => {
  expect([...CHECKED].sort()).toEqual([...STATEFUL_TYPES].sort());
});

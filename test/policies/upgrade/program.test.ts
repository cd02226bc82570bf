import { beforeAll, describe, expect, it } from "vitest";
import { PHASES } from "../../../infra/phases";
import type { Rule } from "../../../policies/frame/rule";
import { upgradeRules } from "../../../policies/upgrade/rules";
import { insideChangeWindow } from "../../../policies/upgrade/rules/upg-inside-change-window";
import { outsideFreeze } from "../../../policies/upgrade/rules/upg-outside-freeze";
import { removalAfterSoak } from "../../../policies/upgrade/rules/upg-removal-after-soak";
import { type Registered, runAt } from "../../infra/program";
import { type FakeResource, judge } from "../harness";

/** A Tuesday morning in Berlin on which the production stack may change. */
const allowed = (): Date => new Date("2026-11-10T08:00:00Z");
/** Two days on, when the soak period is over. */
const soaked = (): Date => new Date(Date.now() + 2 * 86_400_000);
const TIMED: readonly Rule[] = [
  insideChangeWindow(allowed),
  outsideFreeze(allowed),
  removalAfterSoak(soaked),
];
const RULES = upgradeRules.map((rule) => TIMED.find(({ name }) => name === rule.name) ?? rule);
/** Rules about order: the mocked engine tells no dependencies. The run on the offline engine judges them. */
const ORDER = new Set([
  "upg-snapshot-before-migration",
  "upg-removal-ordered",
  "upg-workers-handed-over",
  "upg-customers-follow-dial",
]);

const runs = new Map<string, Registered[]>();

// One file, one process: loading the provider libraries costs more than all programs together.
beforeAll(async () => {
  for (const stack of ["dev", "production"])
    for (const phase of PHASES) runs.set(`${stack} ${phase}`, (await runAt(stack, phase)).resources);
}, 240_000);

const violations = (resources: readonly Registered[]): string[] => {
  const fakes = resources.map(
    ({ type, name, inputs }): FakeResource => ({
      type,
      name,
      props: inputs,
      // Mocks tell no options; the components' own tests and the offline engine's run see to protect.
      opts: { protect: true },
    }),
  );
  return RULES.filter(({ name }) => !ORDER.has(name)).flatMap((rule) =>
    judge(rule, fakes).violations.map((text) => `${rule.name}: ${text}`),
  );
};

describe("the program", () => {
  it.each(PHASES)("breaks no rule in %s of dev", (phase) => {
    expect(violations(runs.get(`dev ${phase}`) ?? [])).toEqual([]);
  });

  it.each(PHASES)("breaks no rule in %s of production", (phase) => {
    expect(violations(runs.get(`production ${phase}`) ?? [])).toEqual([]);
  });
});

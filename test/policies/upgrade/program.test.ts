import { beforeAll, describe, expect, it } from "vitest";
import { PHASES, STRATEGIES } from "../../../infra/phases";
import { positionOf, type Registered } from "../../infra/mocked";
import { runProgram } from "../../infra/program";
import { soundVerdicts } from "../mutants/proof";

const STACKS = ["dev", "staging", "production"] as const;
const POSITIONS = STACKS.flatMap((stack) =>
  STRATEGIES.flatMap((strategy) => PHASES.map((phase) => ({ stack, strategy, phase }))),
);
/** Advice these stacks do not follow: they name no second Region. Production does. */
const NO_SECOND_REGION = /: bkp-copy-elsewhere: continuous: /;

const runs = new Map<string, readonly Registered[]>();
const keyOf = (position: (typeof POSITIONS)[number]): string => Object.values(position).join(" ");

// One file, one process: loading the provider libraries costs more than all programs together.
beforeAll(async () => {
  for (const position of POSITIONS) {
    const { stack, strategy, phase } = position;
    const { configuration, evidence } = positionOf(stack, phase, { strategy }, true);
    runs.set(keyOf(position), (await runProgram(stack, configuration, evidence)).resources);
  }
}, 900_000);

describe("the program, entering a phase for the first time", () => {
  it.each(POSITIONS)("breaks no rule of either pack: $stack, $strategy, $phase", (position) => {
    const resources = runs.get(keyOf(position)) ?? [];
    expect(resources.length).toBeGreaterThan(200);
    const verdicts = soundVerdicts(new Map([[position.phase, resources]]));
    const left = verdicts.filter((one) => position.stack === "production" || !NO_SECOND_REGION.test(one));
    expect(left).toEqual([]);
  });
});

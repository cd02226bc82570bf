import { type Fields, isFields } from "../api/types/meta";
import { same } from "../api/values/json";
import { SCRIPTS } from "./scenarios";
import { masked } from "./views";
import { World } from "./world";

export interface Scenario {
  readonly name: string;
  readonly namespaceLabels?: Record<string, string>;
  readonly objects: readonly unknown[];
  readonly steps: readonly { readonly do: string; readonly seen: Fields }[];
}

export interface Difference {
  readonly step: string;
  readonly what: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

/** Acts a recorded scenario out; undefined when there is no script for it. */
export function act(scenario: Scenario): Difference[] | undefined {
  const script = SCRIPTS[scenario.name];
  if (script === undefined) return undefined;
  const world = new World(scenario.namespaceLabels);
  const found: Difference[] = [];
  const steps = script(world, scenario.objects as never[]);
  for (const [index, step] of scenario.steps.entries()) {
    const seen = masked(steps[index]?.() ?? {}) as Fields;
    for (const [what, value] of Object.entries(step.seen)) {
      // Prose beside the facts, and what a script does not look at.
      if (!(what in seen) && typeof value === "string") continue;
      const expected = masked(value);
      const mine = restricted(seen[what], expected);
      if (!same(bare(mine), bare(expected))) found.push({ step: step.do, what, expected, seen: mine });
    }
  }
  return found;
}

/** Only those fields of the top that the record shows. */
function restricted(seen: unknown, expected: unknown): unknown {
  if (!isFields(seen) || !isFields(expected)) return seen;
  return Object.fromEntries(
    Object.keys(expected).map((key) => [
      key,
      key === "spec" ? restricted(seen[key], expected[key]) : seen[key],
    ]),
  );
}

/** Bookkeeping that the record leaves out. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "pod")
      .map(([key, inner]) => [key, bare(inner)]),
  );
}

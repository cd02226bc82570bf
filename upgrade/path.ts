import { Refusal } from "./refusal";

/** One update of the stack on the way to a target. */
export interface Turn {
  readonly phase: string;
  /** Percent of customer traffic on the next release; only in phase `live`. */
  readonly weight?: number;
}

const FORWARD = ["steady", "prepared", "migrated", "staged", "live", "complete"] as const;

/**
 * The updates that lead from one position of the dial to another.
 *
 * Forward goes through every phase, and into `live` through every canary weight. Back is one turn: each position is a
 * complete description. The phase at hand is repeated first when `unfinished`, because a crash may have left it half done.
 */
export function pathTo(
  from: { readonly phase: string; readonly weight: number; readonly unfinished: boolean },
  to: string,
  canary: readonly number[],
): Turn[] {
  const position = FORWARD.indexOf(from.phase as (typeof FORWARD)[number]);
  const target = FORWARD.indexOf(to as (typeof FORWARD)[number]);
  if (to !== "reverted" && target === -1)
    throw new Refusal(`phase "${to}" is unknown; use one of ${[...FORWARD, "reverted"].join(", ")}.`, 2);
  if (from.phase === "complete" && to !== "complete") {
    throw new Refusal(
      "The upgrade is complete: the old data model is gone and the old release cannot run on what is left. The way is forward: set release.current to the new release and phase to steady.",
    );
  }
  if (to === "reverted") return [{ phase: "reverted" }];
  if (from.phase === "reverted" && to !== "steady" && to !== "prepared") {
    throw new Refusal(`The upgrade was taken back. Begin again with: run --to prepared (got --to ${to}).`);
  }
  if (target < position) return [to === "live" ? { phase: to, weight: 100 } : { phase: to }];
  const turns: Turn[] = [];
  for (const phase of FORWARD.slice(Math.max(position, 0), target + 1)) {
    const here = phase === from.phase;
    if (phase === "live") {
      const weights = here
        ? canary.filter((weight) => weight > from.weight || (from.unfinished && weight === from.weight))
        : canary;
      turns.push(...weights.map((weight) => ({ phase, weight })));
    } else if (!here || from.unfinished) {
      turns.push({ phase });
    }
  }
  return turns;
}

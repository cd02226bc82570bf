import { mayTurn, PHASE_TABLE, PHASES, type Phase, type Strategy } from "../infra/phases";
import { Refusal } from "./refusal";

/** One update of the stack on the way to a target. */
export interface Turn {
  readonly phase: Phase;
  /** Percent of customer traffic on the next release; only in phase `live`. */
  readonly weight?: number;
}

/** Where the dial stands. */
export interface Position {
  readonly phase: Phase;
  readonly weight: number;
  /** The update that was to bring it here may not have ended. */
  readonly unfinished: boolean;
}

/**
 * The updates that lead from one position of the dial to another: the shortest way the table of phases allows, into
 * `live` through every canary weight. On the way forward an unfinished phase is repeated first, for a crash may have left
 * it half done. On the way back it is not: that would bring more customers to what is being left.
 */
export function pathTo(from: Position, to: string, strategy: Strategy, canary: readonly number[]): Turn[] {
  const target = phaseNamed(to);
  if (from.phase === "complete" && target !== "complete") {
    if (from.unfinished)
      throw new Refusal(
        "The upgrade stopped on its way to complete. Go on with run --to complete, or go back with order-upgrade rollback, " +
          "which works as long as the old data model was not touched.",
      );
    throw new Refusal(
      "The upgrade is complete: the old data model is gone and the old release cannot run on what is left. " +
        "The way is forward: set release.current to the new release and phase to steady.",
    );
  }
  if (from.phase === "reverted" && target !== "reverted" && target !== "steady" && target !== "prepared") {
    throw new Refusal(`The upgrade was taken back. Begin again with: run --to prepared (got --to ${to}).`);
  }
  const phases = shortest(from.phase, target, strategy);
  const repeated: Phase[] =
    (from.unfinished && !leadsBack(from.phase, target)) || (target === "live" && from.phase === "live")
      ? [from.phase]
      : [];
  return [...repeated, ...phases].flatMap((phase, index): Turn[] => {
    if (phase !== "live") return [{ phase }];
    // Already on the way in: smaller shares of traffic are behind us. On the way back traffic goes as a whole.
    const here = index < repeated.length;
    const reached = (weight: number): boolean =>
      here && (weight < from.weight || (weight === from.weight && !from.unfinished));
    return canary.filter((weight) => !reached(weight)).map((weight) => ({ phase, weight }));
  });
}

const leadsBack = (from: Phase, to: Phase): boolean =>
  from !== "reverted" && (to === "reverted" || PHASES.indexOf(to) < PHASES.indexOf(from));

export function phaseNamed(name: string): Phase {
  const phase = PHASES.find((known) => known === name);
  if (phase === undefined)
    throw new Refusal(`phase "${name}" is unknown; use one of ${PHASES.join(", ")}.`, 2);
  return phase;
}

/** Phases after `from` up to `to`, by breadth-first search over the allowed turns. */
function shortest(from: Phase, to: Phase, strategy: Strategy): Phase[] {
  const ways: Phase[][] = [[]];
  const seen = new Set<Phase>([from]);
  for (const way of ways) {
    const last = way.at(-1) ?? from;
    if (last === to) return way;
    for (const next of PHASE_TABLE[strategy][last].to) {
      // Completing or taking back an upgrade is never a station on the way to somewhere else.
      const station = next === to || (next !== "complete" && next !== "reverted");
      if (station && mayTurn(strategy, last, next) && !seen.has(next)) {
        seen.add(next);
        ways.push([...way, next]);
      }
    }
  }
  throw new Refusal(
    to === "steady"
      ? `An upgrade is under way (phase ${from}). Finish it with run --to complete, or end it with abort.`
      : `There is no way from ${from} to ${to}.`,
  );
}

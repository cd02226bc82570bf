import type { Position } from "../path";
import type { Dial } from "../stack/dial";

/** Where the dial stands, and whether what is deployed is still on the way there. */
export function positionOf(dial: Dial, outputs: Readonly<Record<string, unknown>>): Position {
  const weights = (outputs.weights ?? {}) as Readonly<Record<string, number>>;
  const deployed = dial.next === undefined ? undefined : weights[dial.next];
  return {
    phase: dial.phase,
    weight: dial.weight,
    unfinished: outputs.phase !== dial.phase || (dial.phase === "live" && deployed !== dial.weight),
  };
}

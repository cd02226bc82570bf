import type { Turn } from "../path";

/** A turn as people and the history of updates name it. */
export const nameOf = (turn: Turn): string =>
  turn.weight === undefined ? turn.phase : `${turn.phase} (${turn.weight} % on the new release)`;

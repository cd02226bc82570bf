import type { PastUpdate } from "../stack/operations";

/** Message of an update of this command line: names the turn. */
export const messageOf = (turnName: string, reason?: string): string =>
  `order-upgrade: ${turnName}${reason === undefined ? "" : ` (${reason})`}`;

/** Seconds the newest successful update to each turn took, by the turn's name. */
export function measuredDurations(history: readonly PastUpdate[]): Map<string, number> {
  const durations = new Map<string, number>();
  for (const { message, succeeded, seconds } of history) {
    const name = /^order-upgrade: (.*?)(?: \((?!\d+ % ).*\))?$/.exec(message)?.[1];
    if (succeeded && name !== undefined && !durations.has(name)) durations.set(name, seconds);
  }
  return durations;
}

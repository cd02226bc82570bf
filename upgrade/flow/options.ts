import type { Consent } from "../change/confirmation";
import type { CommonOptions } from "../commands/context";
import { Refusal } from "../refusal";

export const PREVIEWS = ["auto", "always", "never"] as const;

/** How `run` goes about its turns. */
export interface RunOptions extends CommonOptions, Partial<Consent> {
  /**
   * Whether each update is previewed and its planned losses are judged before it is made. `auto`: where a person watches and
   * in production. Without it the packs and the protection of what holds data still stop a loss, but later.
   */
  readonly preview?: (typeof PREVIEWS)[number];
  /** Shares of customers on the way into live, such as `10,50,100`; default: `edge.canary`. */
  readonly canary?: string;
  /** Longest time to wait for the soak period, such as `30m`. */
  readonly wait?: string;
  /** Stay where the verdict failed instead of going back. */
  readonly stay?: boolean;
}

export function consentOf({ yes = false, reason }: RunOptions): Consent {
  return { yes, reason };
}

/** Reads `10,50,100`. */
export function readCanary(text: string): number[] {
  const shares = text.split(",").map(Number);
  const grows = shares.every((share, index) => Number.isInteger(share) && share > (shares[index - 1] ?? 0));
  if (!grows || shares.at(-1) !== 100)
    throw new Refusal(`--canary ${text}: use growing whole numbers that end with 100, such as 10,50,100.`, 2);
  return shares;
}

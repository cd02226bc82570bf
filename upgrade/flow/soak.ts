import { isDuration, seconds, spoken } from "../../infra/units";
import type { Context } from "../commands/context";
import { type StepOutput, soakEnds } from "../evidence/blocks";
import { Refusal } from "../refusal";
import { readParameters } from "../stack/parameters";

/** Seconds before the end at which the update may begin: its soak Job waits for the rest and judges the period exactly. */
const LEAD = 8;

/** Waits until the new release has served long enough to complete, if that is soon; else says when to come again. */
export async function waitForSoak(
  { project, console, operations }: Context,
  outputs: Readonly<Record<string, unknown>>,
  longest: number,
  pause: (milliseconds: number) => Promise<unknown> = (milliseconds) =>
    new Promise((done) => setTimeout(done, milliseconds)),
): Promise<void> {
  const end = soakEnds(readParameters(project), (outputs.steps ?? {}) as Record<string, StepOutput>);
  if (end === undefined) return;
  const left = (end.getTime() - Date.now()) / 1000 - LEAD;
  if (left <= 0) return;
  if (left > longest)
    throw new Refusal(
      `The soak period ends at ${end.toISOString()}, in ${spoken(left)}. Run again then, or wait here with --wait ${Math.ceil(left / 60)}m.`,
    );
  // Hours from now would be late to learn that the update cannot begin.
  await operations.checkPassphrase();
  console.line(`\nsoaking until ${end.toISOString()} (${spoken(left)})`);
  await pause(left * 1000);
}

export const longestWait = (text: string | undefined): number => {
  if (text === undefined) return 3600;
  if (!isDuration(text))
    throw new Refusal(`--wait ${text}: use a number with a unit, such as 30m or 24h.`, 2);
  return seconds(text);
};

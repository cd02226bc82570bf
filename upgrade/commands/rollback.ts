import { confirmationOf, isStopped } from "../../infra/phases";
import type { RunOptions } from "../flow/options";
import { isRemovalBegun } from "../flow/removal";
import type { Turn } from "../path";
import { Refusal } from "../refusal";
import { type Dial, readDial, turnDial } from "../stack/dial";
import { openProject } from "../stack/project";
import type { Context } from "./context";
import { turning, turnTo } from "./run";

/** From `complete` over `live`, where the old release is up before customers come to it. */
const OUT_OF_COMPLETE: readonly Turn[] = [{ phase: "live", weight: 100 }, { phase: "staged" }];

/**
 * `rollback`: from `live` back to `staged`. Synchronisation runs both ways, so nothing written meanwhile is lost. The same
 * from a `complete` that stopped before the old data model was touched. Refused when the old release can no longer run on
 * the data (D2).
 */
export async function rollback(options: RunOptions): Promise<number> {
  const project = openProject(options.directory, options.stack, options.configFile);
  const dial = readDial(project);
  if (dial.phase !== "live" && dial.phase !== "complete") throw new Refusal(refusalAt(dial, project.stack));
  return turning(options, "rollback", (context) => goBack(context, options));
}

export async function goBack(context: Context, options: RunOptions): Promise<number> {
  const { project, console } = context;
  const dial = readDial(project);
  const way = dial.phase === "complete" ? await wayOutOfComplete(context, dial) : undefined;
  const code = await turnTo(
    context,
    { ...options, preview: options.preview ?? "never" },
    "staged",
    "rollback",
    way,
  );
  if (code === 0) for (const line of keptLines(dial, project.stack)) console.line(line);
  return code;
}

async function wayOutOfComplete(
  { project, operations, console }: Context,
  dial: Dial,
): Promise<readonly Turn[]> {
  const { phase } = await operations.outputs();
  // Where the update before was not one of live, nobody knows what is left.
  if (phase !== "live") throw new Refusal(`The upgrade is complete: the old data model is gone. ${FORWARD}`);
  if (await isRemovalBegun(dial, operations))
    throw new Refusal(
      `The removal of the old data model has begun; run --to complete goes on with it. ${FORWARD}`,
    );
  console.line("The old data model was not touched yet: back over live, where the old release is up again.");
  // Whoever comes to complete again is asked again.
  const confirmation = confirmationOf(dial.next ?? "");
  if (dial.confirm.includes(confirmation))
    turnDial(project, { confirm: dial.confirm.filter((one) => one !== confirmation) });
  return OUT_OF_COMPLETE;
}

const FORWARD =
  "The old release cannot run on what is left, so the way is forward: repair the new release, or restore the backup as a last resort (docs/runbook.md).";

function refusalAt({ phase, strategy, current }: Dial, stack: string): string {
  if (isStopped(strategy, phase))
    return `Business is stopped (phase ${phase}): customers see the maintenance page, no release serves them. ${resumeWays(current, stack)}`;
  return `Traffic is on the old release already (phase ${phase}). To end the upgrade altogether: order-upgrade abort --stack ${stack}`;
}

const resumeWays = (current: string, stack: string): string =>
  `To resume on ${current}: order-upgrade run --to prepared --stack ${stack}; to end the upgrade altogether as well: order-upgrade abort --stack ${stack}`;

const keptLines = ({ strategy, current }: Dial, stack: string): string[] => [
  "Kept: the new release, warm and without customers; its data model; the synchronisation both ways; all evidence. Every order written meanwhile is in both models.",
  ...(strategy === "maintenance"
    ? [`Business is stopped: customers see the maintenance page. ${resumeWays(current, stack)}`]
    : []),
];

import { isStopped } from "../../infra/phases";
import type { RunOptions } from "../flow/options";
import { Refusal } from "../refusal";
import { type Dial, readDial } from "../stack/dial";
import { openProject } from "../stack/project";
import { turning, turnTo } from "./run";

/**
 * `rollback`: from `live` back to `staged`. Synchronisation runs both ways, so nothing written meanwhile is lost. Refused
 * before anything is opened when the old release can no longer run on the data (D2).
 */
export async function rollback(options: RunOptions): Promise<number> {
  const project = openProject(options.directory, options.stack, options.configFile);
  const dial = readDial(project);
  if (dial.phase !== "live") throw new Refusal(refusalAt(dial, project.stack));
  return turning(options, "rollback", async (context) => {
    const code = await turnTo(
      context,
      { ...options, preview: options.preview ?? "never" },
      "staged",
      "rollback",
    );
    if (code === 0) for (const line of keptLines(dial, project.stack)) context.console.line(line);
    return code;
  });
}

function refusalAt({ phase, strategy, current }: Dial, stack: string): string {
  if (phase === "complete")
    return "The upgrade is complete: the old data model is gone, so the old release cannot run. The way is forward: repair the new release, or restore the backup as a last resort (docs/runbook.md).";
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

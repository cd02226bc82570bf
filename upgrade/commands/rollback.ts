import type { RunOptions } from "../flow/options";
import { Refusal } from "../refusal";
import { readDial } from "../stack/dial";
import { openProject } from "../stack/project";
import { turning, turnTo } from "./run";

/**
 * `rollback`: from `live` back to `staged`. Synchronisation runs both ways, so nothing written meanwhile is lost. Refused
 * before anything is opened when the old release can no longer run on the data (D2).
 */
export async function rollback(options: RunOptions): Promise<number> {
  const project = openProject(options.directory, options.stack, options.configFile);
  const { phase } = readDial(project);
  if (phase !== "live") {
    throw new Refusal(
      phase === "complete"
        ? "The upgrade is complete: the old data model is gone, so the old release cannot run. The way is forward: repair the new release, or restore the backup as a last resort (docs/runbook.md)."
        : `Traffic is on the old release already (phase ${phase}). To end the upgrade altogether: order-upgrade abort --stack ${project.stack}`,
    );
  }
  return turning(options, "rollback", async (context) => {
    const code = await turnTo(
      context,
      { ...options, preview: options.preview ?? "never" },
      "staged",
      "rollback",
    );
    if (code === 0)
      context.console.line(
        "Kept: the new release, warm and without customers; its data model; the synchronisation both ways; all evidence. Every order written meanwhile is in both models.",
      );
    return code;
  });
}

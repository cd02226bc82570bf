import { Refusal } from "../refusal";
import { readDial } from "../stack/dial";
import { type CommonOptions, openContext } from "./context";
import { turnTo } from "./run";

/** `rollback`: from `live` back to `staged`. Synchronisation runs both ways, so nothing written meanwhile is lost. */
export async function rollback(options: CommonOptions): Promise<number> {
  const context = await openContext(options);
  const { phase } = readDial(context.project);
  if (phase !== "live") {
    throw new Refusal(
      phase === "complete"
        ? "The upgrade is complete: the old data model is gone, so the old release cannot run. The way is forward: repair the new release, or restore the backup as a last resort (docs/runbook.md)."
        : `Traffic is on the old release already (phase ${phase}). To end the upgrade altogether: order-upgrade abort --stack ${context.project.stack}`,
    );
  }
  return turnTo(context, "staged", "rollback");
}

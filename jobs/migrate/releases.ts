import type { Manifest } from "../../releases/manifest";
import type { JobContext } from "../frame/context";
import { StepProblem } from "../frame/problems";
import type { Subject } from "./open";

/** The two releases a Job is about. */
export function releasesOf(context: JobContext): { readonly from: Manifest; readonly to: Manifest } {
  const { currentRelease, nextRelease } = context.environment;
  if (nextRelease === undefined)
    throw new StepProblem(
      "RELEASE_NEXT is empty; the data is migrated to a release that is being introduced",
    );
  const from = context.releases.manifest(currentRelease);
  const to = context.releases.manifest(nextRelease);
  if (!to.upgradeFrom.includes(from.version))
    throw new StepProblem(
      `${to.version} cannot follow ${from.version}; it follows ${to.upgradeFrom.join(", ") || "none"}`,
    );
  return { from, to };
}

export const subjectOf = (context: JobContext): Subject => ({
  releasesDirectory: context.releases.directory,
  ...releasesOf(context),
});

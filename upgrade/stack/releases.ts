import path from "node:path";
import type { Parameters } from "../../infra/parameters";
import { loadRelease, ReleaseProblem } from "../../releases/load";
import type { Manifest } from "../../releases/manifest";
import { Refusal } from "../refusal";
import type { Project } from "./project";

/** Manifests of the releases a stack names, by version. */
export function manifestsOf(project: Project, { release }: Parameters): Record<string, Manifest> {
  const directory = path.resolve(project.root, release.directory);
  const versions = [release.current, release.next].filter((one) => one !== undefined);
  try {
    return Object.fromEntries(versions.map((version) => [version, loadRelease(directory, version)]));
  } catch (problem) {
    if (problem instanceof ReleaseProblem) throw new Refusal(problem.message);
    throw problem;
  }
}

/** Whoever is asked about a step that cannot be undone reads what the release says about it. */
export const irreversibleSteps = (
  manifests: Readonly<Record<string, Manifest>>,
  next: string | undefined,
  phase: string,
): string[] =>
  (next === undefined ? [] : (manifests[next]?.irreversible ?? []))
    .filter((one) => one.phase === phase)
    .map(({ what }) => what);

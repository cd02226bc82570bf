import { readFileSync } from "node:fs";
import path from "node:path";
import { loadRelease } from "../../releases/load";
import type { Manifest } from "../../releases/manifest";
import type { Database } from "./database";
import type { Environment } from "./environment";
import type { Evidence } from "./evidence";
import type { ObjectStore } from "./object-store";
import type { Parameters } from "./parameters";
import type { Progress } from "./progress";
import type { StepName } from "./steps";

/** Everything a step may use. A step reads no environment variable and opens nothing by itself. */
export interface JobContext {
  readonly step: StepName;
  readonly environment: Environment;
  readonly parameters: Parameters;
  readonly releases: Releases;
  /** `DATABASE_URL`. */
  readonly database: Database;
  /** Another database, such as the scratch one; closed with the Job. */
  openDatabase(url: string): Database;
  readonly objects: ObjectStore;
  /** The newest evidence of a step of this upgrade, or undefined. Throws when it is there but damaged. */
  evidence(step: StepName): Promise<Evidence | undefined>;
  /** Digest of that document. */
  evidenceDigest(step: StepName): Promise<string | undefined>;
  readonly progress: Progress;
  /** Aborted when the platform asks the Job to end. Connections are cut some seconds later. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** The folders of `RELEASES_DIRECTORY`. Reading throws a ReleaseProblem that lists what is wrong with a manifest. */
export interface Releases {
  readonly directory: string;
  manifest(version: string): Manifest;
  /** Path of a file of a release. */
  file(version: string, name: string): string;
  /** Text of a file of a release. */
  read(version: string, name: string): string;
}

export function openReleases(directory: string): Releases {
  const manifests = new Map<string, Manifest>();
  const file = (version: string, name: string): string => path.join(directory, version, name);
  return {
    directory,
    file,
    read: (version, name) => readFileSync(file(version, name), "utf8"),
    manifest(version) {
      const known = manifests.get(version) ?? loadRelease(directory, version);
      manifests.set(version, known);
      return known;
    },
  };
}

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadRelease, ReleaseProblem } from "../../releases/load";
import type { Manifest } from "../../releases/manifest";
import { groupKeys, type Parameters, ParametersProblem, parseParameters, readText } from "../parameters";
import { checkCompatibility } from "../plan/compatibility";

/** Everything the program is told from outside. Read here and nowhere else. */
export interface Settings {
  readonly stack: string;
  readonly region: string;
  /** Beginning of the names of AWS resources. */
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: Parameters;
  readonly manifests: Readonly<Record<string, Manifest>>;
  /** Folder with one folder a release. */
  readonly releasesDirectory: string;
  readonly root: string;
  /** Certificates of the database's authority (PEM); undefined: the images trust it already. */
  readonly databaseAuthority: string | undefined;
}

/** Reads the stack's configuration and the releases it names. Refuses them with everything that is wrong. */
function readSettings(): Settings {
  const root = path.resolve(__dirname, "..", "..");
  const parameters = parseParameters(configured(pulumi.getProject()));
  const releasesDirectory = path.resolve(root, parameters.release.directory);
  const versions = [parameters.release.current, parameters.release.next].filter((one) => one !== undefined);
  const manifests = loadAll(releasesDirectory, versions);
  checkCompatibility(parameters, manifests);
  const stack = pulumi.getStack();
  return {
    stack,
    region: new pulumi.Config("aws").require("region"),
    prefix: `orders-${stack}`,
    tags: { "order-upgrade:stack": stack, "order-upgrade:environment": parameters.environment },
    parameters,
    manifests,
    releasesDirectory,
    root,
    databaseAuthority: readAuthority(root, parameters.database.certificates),
  };
}

/** Refuses a file that is not there or holds no certificate. */
function readAuthority(root: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const place = path.resolve(root, file);
  const text = existsSync(place) ? readFileSync(place, "utf8") : undefined;
  if (text?.includes("-----BEGIN CERTIFICATE-----") === true) return text;
  throw new ParametersProblem([
    {
      path: "database.certificates",
      rule: text === undefined ? "must be a file that exists" : "must be a file with PEM certificates",
      got: file,
      wayOut:
        "Name AWS's bundle, such as certificates/eu-central-1-bundle.pem, relative to the project's root.",
    },
  ]);
}

/** The stack's keys of this project. */
function configured(project: string): Record<string, unknown> {
  const keys = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(`${project}:`))
    .map(([key, value]) => [key.slice(project.length + 1), value] as const)
    .map(([key, value]): [string, unknown] => [key, readText(key, value)]);
  return groupKeys(Object.fromEntries(keys));
}

function loadAll(directory: string, versions: readonly string[]): Record<string, Manifest> {
  const manifests: Record<string, Manifest> = {};
  const problems: string[] = [];
  for (const version of versions) {
    try {
      manifests[version] = loadRelease(directory, version);
    } catch (problem) {
      if (!(problem instanceof ReleaseProblem)) throw problem;
      problems.push(...problem.problems);
    }
  }
  if (problems.length > 0) throw new ReleaseProblem(problems);
  return manifests;
}

/** What a person got wrong is told as such, without a stack; on Node 20 printing one takes most of a minute. */
function refused(problem: unknown): unknown {
  if (!(problem instanceof ParametersProblem || problem instanceof ReleaseProblem)) return problem;
  const refusal = new pulumi.RunError(problem.message);
  refusal.stack = "";
  return refusal;
}

function settingsOrRefusal(): Settings {
  try {
    return readSettings();
  } catch (problem) {
    throw refused(problem);
  }
}

/** Read as soon as this module is loaded: a refusal need not wait for the provider libraries. */
export const settings = settingsOrRefusal();

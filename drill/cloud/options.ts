import { parseArgs } from "node:util";

export interface CloudOptions {
  /** Folder of everything the cloud keeps. */
  readonly directory: string;
  /** Folder of the image registry. */
  readonly images: string;
  readonly replicaCap: number | undefined;
}

export const USAGE = "usage: drill/cloud/main.ts --directory DIR --images DIR [--replica-cap N]";

/** Throws with all problems at once. */
export function readOptions(args: readonly string[]): CloudOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      directory: { type: "string" },
      images: { type: "string" },
      "replica-cap": { type: "string" },
    },
  });
  const problems: string[] = [];
  if (values.directory === undefined) problems.push("--directory is missing");
  if (values.images === undefined) problems.push("--images is missing");
  const cap = values["replica-cap"];
  if (cap !== undefined && !/^[1-9]\d*$/.test(cap))
    problems.push(`--replica-cap: expected a whole number from 1, got ${cap}`);
  if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${USAGE}`);
  return {
    directory: values.directory ?? "",
    images: values.images ?? "",
    replicaCap: cap === undefined ? undefined : Number(cap),
  };
}

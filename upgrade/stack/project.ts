import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { Refusal } from "../refusal";

/** Where a stack's program and parameters are. */
export interface Project {
  /** Folder of Pulumi.yaml. */
  readonly root: string;
  readonly name: string;
  readonly stack: string;
  /** The stack file the dial is turned in. */
  readonly configFile: string;
}

/** Finds the project and the stack's file; refuses an unknown stack and names the known ones. */
export function openProject(root: string, stack: string, configFile?: string): Project {
  const manifest = path.join(root, "Pulumi.yaml");
  if (!existsSync(manifest))
    throw new Refusal(
      `${manifest} does not exist. Run the command in the project's folder or name it with --directory.`,
      2,
    );
  const { name, stackConfigDir = "." } = parse(readFileSync(manifest, "utf8")) as {
    name: string;
    stackConfigDir?: string;
  };
  const folder = path.join(root, stackConfigDir);
  const file =
    configFile === undefined ? path.join(folder, `Pulumi.${stack}.yaml`) : path.resolve(configFile);
  if (!existsSync(file)) {
    throw new Refusal(
      configFile === undefined
        ? `stack "${stack}" is unknown: ${file} does not exist. Known stacks: ${knownStacks(folder).join(", ") || "none"}.`
        : `--config-file: ${file} does not exist.`,
      2,
    );
  }
  return { root, name, stack, configFile: file };
}

function knownStacks(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1] ?? []);
}

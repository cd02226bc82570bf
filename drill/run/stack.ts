import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { parseDocument } from "yaml";
import { chooseEngine, type EngineChoice } from "../../upgrade/stack/engine";
import type { Workspace } from "./workspace";

/**
 * Makes a stack of the project in the workspace's state backend.
 *
 * `pulumi stack init` writes the encryption salt into the stack's file. Made from the project's own folder it would be a
 * tracked file, so it is made from the workspace, which holds a project of the same name and the file the dial is in.
 */
export async function makeStack(workspace: Workspace, stack: string, engine: EngineChoice): Promise<void> {
  const project = parseDocument(readFileSync(path.join(workspace.root, "Pulumi.yaml"), "utf8"));
  project.set(
    "main",
    path.relative(workspace.directory, path.join(workspace.root, String(project.get("main")))),
  );
  project.set("stackConfigDir", ".");
  writeFileSync(workspace.file("Pulumi.yaml"), project.toString());
  const { command } = await chooseEngine(engine, workspace.root);
  await promisify(execFile)(command.command, ["stack", "init", stack, "--non-interactive", "--no-select"], {
    cwd: workspace.directory,
    env: workspace.environment({}),
  });
}

/** Frees the stack after a killed drill. Safe here alone: the workspace is ours, so whoever held the lock is gone. */
export async function freeStack(workspace: Workspace, stack: string, engine: EngineChoice): Promise<void> {
  const { command } = await chooseEngine(engine, workspace.root);
  await promisify(execFile)(command.command, ["cancel", "--yes", "--non-interactive", "--stack", stack], {
    cwd: workspace.directory,
    env: workspace.environment({}),
  });
}

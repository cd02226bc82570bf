import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { OutputMap, Workspace } from "@pulumi/pulumi/automation";
import { Refusal } from "../refusal";

/**
 * Lets a workspace read outputs with their secrets masked. The Automation API asks for their plain text as well, after each
 * update: nobody here needs it, and deriving the key takes half a second of a core each time.
 */
export function maskSecrets(workspace: Workspace): void {
  workspace.stackOutputs = async (stack) => {
    const outputs = JSON.parse(await ask(workspace, stack)) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, value]): [string, OutputMap[string]] => [
        name,
        { value, secret: value === MASKED },
      ]),
    );
  };
}

/** @throws Refusal when the stack's secrets cannot be read */
export async function checkPassphrase(place: Workspace, stack: string): Promise<void> {
  await ask(place, stack, "--show-secrets");
}

const MASKED = "[secret]";
const LARGEST_BYTES = 64 * 1024 * 1024;
const run = promisify(execFile);

async function ask(place: Workspace, stack: string, ...flags: string[]): Promise<string> {
  try {
    const { stdout } = await run(
      place.pulumiCommand.command,
      ["stack", "output", "--json", ...flags, "--stack", stack, "--non-interactive"],
      { cwd: place.workDir, env: { ...process.env, ...place.envVars }, maxBuffer: LARGEST_BYTES },
    );
    return stdout;
  } catch (problem) {
    const { stderr, message } = problem as Error & { readonly stderr?: string };
    const told = stderr?.trim() || message;
    throw unusableBackend(told);
  }
}

export const unusableBackend = (told: string): Refusal =>
  new Refusal(`The state backend cannot be used: ${lastLines(told)}`);

/** The end of what an engine printed, without the stack frames that only its developers can use. */
export const lastLines = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !/^\s+at /.test(line))
    .slice(-6)
    .join("\n");

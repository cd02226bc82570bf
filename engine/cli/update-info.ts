import { execFileSync } from "node:child_process";
import { hostname } from "node:os";
import type { StackReference, UpdateInfo } from "../backend/backend";
import { type ConfigMap, fullKey } from "../config/stack-config";

/** The entry of the history about an operation that is over. */
export function updateInfo(
  options: { kind: UpdateInfo["kind"]; message: string },
  stack: StackReference,
  directory: string,
  merged: ConfigMap,
  outcome: { started: number; changes: Record<string, number>; succeeded: boolean },
): UpdateInfo {
  return {
    version: 0,
    kind: options.kind,
    startTime: Math.floor(outcome.started / 1000),
    message: options.message,
    environment: environmentOf(directory),
    // As in the stack file: secrets stay encrypted.
    config: Object.fromEntries([...merged].map(([key, value]) => [fullKey(key, stack.project), value])),
    result: outcome.succeeded ? "succeeded" : "failed",
    endTime: Math.floor(Date.now() / 1000),
    resourceChanges: outcome.changes,
  };
}

function environmentOf(directory: string): Record<string, string> {
  const environment: Record<string, string> = { "exec.kind": "cli", hostname: hostname() };
  try {
    const head = execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: directory,
      stdio: ["ignore", "pipe", "ignore"],
    });
    environment["git.head"] = String(head).trim();
  } catch {
    // Not every project is under version control.
  }
  return environment;
}

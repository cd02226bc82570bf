import { execFileSync } from "node:child_process";
import { hostname } from "node:os";
import type { StackReference, UpdateInfo } from "../backend/backend";
import { type ConfigMap, fullKey, hasSecure, plainConfig } from "../config/stack-config";
import type { Crypter } from "../secrets/passphrase";

/** The entry of the history about an operation that is over. */
export function updateInfo(
  options: { kind: UpdateInfo["kind"]; message: string },
  stack: StackReference,
  directory: string,
  merged: ConfigMap,
  crypter: Crypter,
  outcome: { started: number; changes: Record<string, number>; succeeded: boolean },
): UpdateInfo {
  const config: UpdateInfo["config"] = {};
  for (const [key, value] of merged) {
    const secret = hasSecure(value);
    const object =
      typeof value === "object" && value !== null && !("secure" in value && Object.keys(value).length === 1);
    config[fullKey(key, stack.project)] = {
      value:
        secret && !object
          ? (value as { secure: string }).secure
          : plainConfig(value, () => crypter, !secret).value,
      secret,
      ...(object && { objectValue: JSON.parse(plainConfig(value, () => crypter).value) as unknown }),
    };
  }
  return {
    version: 0,
    kind: options.kind,
    startTime: Math.floor(outcome.started / 1000),
    message: options.message,
    environment: environmentOf(directory),
    config,
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

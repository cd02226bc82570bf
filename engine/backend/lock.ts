import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors";
import { writeAtomically } from "./files";

interface LockContent {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

function locksIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(directory, name));
}

function refuseIfLocked(directory: string, own: string | undefined): void {
  const others = locksIn(directory).filter((file) => file !== own);
  if (others.length === 0) return;
  const lines = others.map((file) => {
    try {
      const {
        username,
        hostname: host,
        pid,
        timestamp,
      } = JSON.parse(readFileSync(file, "utf8")) as LockContent;
      return `\n  file://${file}: created by ${username}@${host} (pid ${pid}) at ${timestamp}`;
    } catch {
      return `\n  file://${file}`;
    }
  });
  throw new UserError(
    `the stack is currently locked by ${others.length} lock(s). Either wait for the other process(es) to end ` +
      `or delete the lock file with \`pulumi cancel\`.${lines.join("")}`,
  );
}

/**
 * Takes the lock of a stack, in the file backend's own form.
 * @returns a function that gives it back
 * @throws UserError naming the holders when somebody else has it
 */
export function lockStack(directory: string): () => void {
  refuseIfLocked(directory, undefined);
  const file = join(directory, `${randomUUID()}.json`);
  const content: LockContent = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  writeAtomically(file, JSON.stringify(content));
  try {
    refuseIfLocked(directory, file); // somebody may have come at the same instant
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
  return () => rmSync(file, { force: true });
}

/** Removes every lock of a stack, whoever holds it. */
export function removeLocks(directory: string): number {
  const files = locksIn(directory);
  for (const file of files) rmSync(file, { force: true });
  return files.length;
}

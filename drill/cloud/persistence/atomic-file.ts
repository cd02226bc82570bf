import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

let counter = 0;

/** Writes a whole file or nothing: a killed process leaves the old content, never half of the new. */
export function writeAtomically(file: string, content: string | Buffer): void {
  const fresh = `${file}.${process.pid}.${counter++}.new`;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(fresh, content, { mode: 0o600 });
  renameSync(fresh, file);
}

import { renameSync, writeFileSync } from "node:fs";

/** Writes a JSON document in one step, so that a reader never sees half of it. */
export function writeDocument(file: string | undefined, document: unknown): void {
  if (file === undefined) return;
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(document, null, 2)}\n`);
  renameSync(`${file}.${process.pid}`, file);
}

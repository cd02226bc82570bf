import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

let counter = 0;

/** Replaces the file as a whole: a reader, or a crash at any instant, sees the old content or the new one. */
export function writeAtomically(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${counter++}.tmp`;
  try {
    const handle = openSync(temporary, "w", 0o600);
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The same for a file that exists, without holding up what else there is to do meanwhile. */
export async function replaceFile(file: string, parts: Buffer[]): Promise<void> {
  const temporary = `${file}.${process.pid}.${counter++}.tmp`;
  try {
    const handle = await open(temporary, "w", 0o600);
    try {
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const { bytesWritten } = await handle.writev(parts);
      // The system may take less than all at once: then in one piece, until it is out.
      if (bytesWritten < length) await handle.writeFile(Buffer.concat(parts).subarray(bytesWritten));
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

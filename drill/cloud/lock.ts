import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/** Keeps a second cloud off the same folder. A lock whose process has gone is taken over. */
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, "lock");
  for (;;) {
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== "EEXIST") throw problem;
    }
    const holder = Number(readFileSync(file, "utf8"));
    if (holder > 0 && holder !== process.pid && isCloud(holder))
      throw new Error(`Another drill cloud (process ${holder}) uses ${directory}. End it first.`);
    rmSync(file, { force: true });
  }
}

function isCloud(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    // After a restart of the machine the number may belong to another program.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("cloud");
  } catch {
    return true;
  }
}

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** What containers print, one file each; it outlives the pod. */
export class LogFolder {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  open(namespace: string, pod: string, container: string): number {
    return openSync(this.#file(namespace, pod, container), "a", 0o600);
  }

  /** The last lines of a container's output, oldest first. */
  tail(namespace: string, pod: string, container: string, lines: number): string[] {
    const file = this.#file(namespace, pod, container);
    if (!existsSync(file)) return [];
    const size = statSync(file).size;
    const length = Math.min(size, 64 * 1024);
    const buffer = Buffer.alloc(length);
    const handle = openSync(file, "r");
    readSync(handle, buffer, 0, length, size - length);
    closeSync(handle);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-lines);
  }

  read(namespace: string, pod: string, container: string): string {
    const file = this.#file(namespace, pod, container);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  #file(namespace: string, pod: string, container: string): string {
    return path.join(this.folder, `${namespace}_${pod}_${container}.log`);
  }
}

/** Copies a stream into an open file line by line, and shows each line. */
export function followLines(stream: Readable, handle: number, show: (line: string) => void): void {
  createInterface({ input: stream }).on("line", (line) => {
    try {
      writeSync(handle, `${line}\n`);
    } catch {
      // The file was closed with the pod; the last words of a killed process may be lost.
    }
    show(line);
  });
}

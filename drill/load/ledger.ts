import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { Deed, LedgerRecord, Wish } from "./ledger-records";

/**
 * The append-only book of what customers asked for and what the shop acknowledged.
 *
 * A wish is written before its request leaves, and an answer before anyone acts on it, each with one write to the
 * file itself. A killed process therefore loses at most half of a last line, which the next run cuts off.
 */
export class Ledger {
  private readonly file: number;

  constructor(file: string) {
    if (existsSync(file)) cutTornLine(file);
    this.file = openSync(file, "a", 0o600);
  }

  run(run: string, seed: number, rate: number): void {
    this.append({ record: "run", at: now(), run, seed, rate });
  }

  asked(key: string, wish: Wish): void {
    this.append({ record: "asked", at: now(), key, ...wish });
  }

  acknowledged(key: string, deed: Deed): void {
    this.append({ record: "acknowledged", at: now(), key, ...deed });
  }

  /** The shop said no, or did not look at the wish at all: nothing may have changed. */
  refused(key: string, status: number): void {
    this.append({ record: "refused", at: now(), key, status });
  }

  unknown(key: string, problem: string): void {
    this.append({ record: "unknown", at: now(), key, problem });
  }

  close(): void {
    closeSync(this.file);
  }

  private append(record: LedgerRecord): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(this.file, line, written);
  }
}

function now(): string {
  return new Date().toISOString();
}

/** Cuts off what follows the last line end: the half record of a killed process was never acted on. */
function cutTornLine(file: string): void {
  const descriptor = openSync(file, "r+");
  try {
    const block = Buffer.alloc(65536);
    let end = fstatSync(descriptor).size;
    while (end > 0) {
      const start = Math.max(0, end - block.length);
      const length = readSync(descriptor, block, 0, end - start, start);
      const last = block.subarray(0, length).lastIndexOf(10);
      if (last >= 0) {
        end = start + last + 1;
        break;
      }
      end = start;
    }
    ftruncateSync(descriptor, end);
  } finally {
    closeSync(descriptor);
  }
}

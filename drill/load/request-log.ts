import { closeSync, openSync, writeSync } from "node:fs";
import type { Kind } from "./schedule";

export type Outcome = "answered" | "refused" | "failed" | "maintenance";

/** One request. `scheduledAt` is milliseconds since 1970; `latency` is milliseconds from the scheduled time to the whole answer. */
export interface RequestRecord {
  readonly scheduledAt: number;
  readonly latency: number;
  readonly status: number;
  readonly kind: Kind;
  readonly release: string;
  readonly outcome: Outcome;
  /** Why it counts as failed. */
  readonly reason?: string;
}

/** The file beside the ledger that the requests are logged to. */
export function requestLogFile(ledger: string): string {
  return `${ledger.replace(/\.[^./]+$/, "")}.requests.jsonl`;
}

/** Logs every request as a short JSON array a line; `flush` writes what has gathered. */
export class RequestLog {
  private readonly file: number;
  private lines: string[] = [];

  constructor(file: string) {
    this.file = openSync(file, "a", 0o600);
    // A killed run may have left half a line; an empty line is passed over by the reader.
    writeSync(this.file, "\n");
  }

  add({ scheduledAt, latency, status, kind, release, outcome, reason }: RequestRecord): void {
    const fields = [Math.round(scheduledAt), latency, status, kind, release, outcome];
    this.lines.push(JSON.stringify(reason === undefined ? fields : [...fields, reason]));
  }

  flush(): void {
    if (this.lines.length === 0) return;
    const text = Buffer.from(`${this.lines.join("\n")}\n`);
    this.lines = [];
    for (let written = 0; written < text.length; ) written += writeSync(this.file, text, written);
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}

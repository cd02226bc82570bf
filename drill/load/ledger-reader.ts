import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Deed, LedgerRecord, Wish } from "./ledger-records";

/** A wish together with what became of it. */
export interface Entry {
  readonly key: string;
  readonly askedAt: string;
  readonly wish: Wish;
  readonly outcome: "acknowledged" | "refused" | "unknown";
  /** Set when acknowledged. */
  readonly deed?: Deed;
}

export interface LedgerContent {
  /** In the order in which they were asked. */
  readonly entries: readonly Entry[];
  readonly runs: readonly string[];
}

/** Reads a whole ledger. A half last line, left by a killed process, is passed over; any other broken line is an error. */
export async function readLedger(file: string): Promise<LedgerContent> {
  const entries = new Map<string, Entry>();
  const runs: string[] = [];
  let number = 0;
  let broken: string | undefined;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    if (broken !== undefined) throw new Error(broken);
    const record = parse(line);
    if (record === undefined) broken = `${file}:${number}: not a ledger record: ${line.slice(0, 80)}`;
    else if (record.record === "run") runs.push(record.run);
    else apply(entries, record, `${file}:${number}`);
  }
  return { entries: [...entries.values()], runs };
}

function apply(
  entries: Map<string, Entry>,
  record: Exclude<LedgerRecord, { record: "run" }>,
  where: string,
): void {
  if (record.record === "asked") {
    const { record: _, at, key, ...wish } = record;
    // A wish that is sent again under its key stays the wish it was.
    if (!entries.has(key)) entries.set(key, { key, askedAt: at, wish: wish as Wish, outcome: "unknown" });
    return;
  }
  const entry = entries.get(record.key);
  if (entry === undefined) throw new Error(`${where}: an answer to ${record.key}, which nobody asked for`);
  if (record.record === "acknowledged") {
    const { record: _, at: __, key: ___, ...deed } = record;
    entries.set(record.key, { ...entry, outcome: "acknowledged", deed: deed as Deed });
  } else if (entry.outcome !== "acknowledged") entries.set(record.key, { ...entry, outcome: record.record });
}

function parse(line: string): LedgerRecord | undefined {
  try {
    const value = JSON.parse(line) as LedgerRecord;
    return typeof value === "object" && value !== null && "record" in value ? value : undefined;
  } catch {
    return undefined;
  }
}

import type { KeyColumn } from "../backup/tables";

/** One version of a row, as both databases can name it. */
export interface RowVersion {
  /** Parts of the key: numbers as digits, everything else as the hexadecimal of its bytes. */
  readonly key: readonly string[];
  /** Transaction that wrote this version (32 bits). */
  readonly xmin: number;
  /** Hash of the row's content. */
  readonly hash: string;
}

/** What the restored copy says about the transactions it knows. */
export interface Horizon {
  /** Whether the effects of this transaction must be in the copy, unless it was in flight when the snapshot was taken. */
  mustContain(xmin: number): boolean;
}

/** Rows of one transaction that the copy should hold and does not. */
export interface Fault {
  /** In the original since before the snapshot, but not in the copy. */
  missing: number;
  /** Same version, other content; or an outdated version. */
  different: number;
  readonly examples: string[];
}

export interface Tally {
  identical: number;
  /** Changed, added or deleted on the original after the snapshot was taken. */
  changedSince: number;
  addedSince: number;
  deletedSince: number;
  /** By the transaction that wrote the row. */
  readonly faults: Map<number, Fault>;
}

const EXAMPLES = 5;
/** A copy with more broken transactions is beyond repair; counting them all would only take memory. */
const MOST_FAULTS = 20_000;

/**
 * Merges the rows of the original and of the copy, both in the order of their key, and judges each pair.
 *
 * A row version of the original that was written by a transaction the copy contains has been alive ever since, so it
 * was alive when the snapshot was taken and the copy must hold it, unchanged. Whatever else differs must have been
 * written later. That makes the comparison exact although customers go on writing.
 */
export async function compareVersions(
  original: AsyncIterable<RowVersion>,
  copy: AsyncIterable<RowVersion>,
  key: readonly KeyColumn[],
  horizon: Horizon,
): Promise<Tally> {
  const tally: Tally = {
    identical: 0,
    changedSince: 0,
    addedSince: 0,
    deletedSince: 0,
    faults: new Map(),
  };
  const fault = (kind: "missing" | "different", row: RowVersion): void => {
    const of = tally.faults.size < MOST_FAULTS ? row.xmin : -1;
    const known = tally.faults.get(of) ?? { missing: 0, different: 0, examples: [] };
    known[kind] += 1;
    if (known.examples.length < EXAMPLES) known.examples.push(`${kind}: ${readable(row, key)}`);
    tally.faults.set(of, known);
  };
  const left = original[Symbol.asyncIterator]();
  const right = copy[Symbol.asyncIterator]();
  let ours = await left.next();
  let theirs = await right.next();
  while (!ours.done || !theirs.done) {
    const order = ours.done ? 1 : theirs.done ? -1 : compareKeys(ours.value.key, theirs.value.key, key);
    if (order < 0 && !ours.done) {
      if (horizon.mustContain(ours.value.xmin)) fault("missing", ours.value);
      else tally.addedSince += 1;
      ours = await left.next();
    } else if (order > 0 && !theirs.done) {
      tally.deletedSince += 1;
      theirs = await right.next();
    } else if (!ours.done && !theirs.done) {
      if (ours.value.xmin === theirs.value.xmin) {
        if (ours.value.hash === theirs.value.hash) tally.identical += 1;
        else fault("different", ours.value);
      } else if (horizon.mustContain(ours.value.xmin)) fault("different", ours.value);
      else tally.changedSince += 1;
      ours = await left.next();
      theirs = await right.next();
    }
  }
  return tally;
}

/** The order PostgreSQL gives: numbers by value, text by its bytes. */
export function compareKeys(a: readonly string[], b: readonly string[], key: readonly KeyColumn[]): number {
  for (const [index, column] of key.entries()) {
    const [x, y] = [a[index] ?? "", b[index] ?? ""];
    if (x === y) continue;
    if (column.kind === "text") return x < y ? -1 : 1;
    const whole = /^-?\d+$/;
    const less = whole.test(x) && whole.test(y) ? BigInt(x) < BigInt(y) : Number(x) < Number(y);
    return less ? -1 : 1;
  }
  return 0;
}

/** Faults that remain once those are excused whose transaction was in flight when the snapshot was taken. */
export function excuse(tally: Tally, inFlight: ReadonlySet<number>): Fault {
  const left: Fault = { missing: 0, different: 0, examples: [] };
  for (const [xmin, fault] of tally.faults) {
    if (inFlight.has(xmin)) {
      tally.addedSince += fault.missing;
      tally.changedSince += fault.different;
      continue;
    }
    left.missing += fault.missing;
    left.different += fault.different;
    left.examples.push(...fault.examples.slice(0, EXAMPLES - left.examples.length));
  }
  return left;
}

function readable(row: RowVersion, key: readonly KeyColumn[]): string {
  return key
    .map(({ name, kind }, index) => {
      const part = row.key[index] ?? "";
      return `${name} ${kind === "number" ? part : Buffer.from(part, "hex").toString("utf8")}`;
    })
    .join(", ");
}

import type { CompiledTarget, Outcome, Reject } from "./file-plan";
import type { FileCounts, TargetCounts } from "./report";
import type { Staging } from "./staging";

/** Keys remembered a target, so that a flat file does not stage its order and customer again with every line. */
const REMEMBERED = 20_000;

/** Gives each row of a file to its targets and keeps the counts. A row that one target rejects is loaded by none. */
export class RowRouter {
  private readonly seen: Set<string>[];

  constructor(
    private readonly file: number,
    private readonly targets: readonly CompiledTarget[],
    private readonly counts: FileCounts,
    private readonly staging: Pick<Staging, "add">,
    private readonly reject: (one: Reject) => void,
  ) {
    this.seen = targets.map(() => new Set());
  }

  /** A record that is no row. */
  refuse(one: Reject): void {
    this.counts.read++;
    this.counts.rejected++;
    for (const target of this.counts.targets) {
      target.rows++;
      target.rejected++;
    }
    this.reject(one);
  }

  route(row: readonly string[], line: number): void {
    const { counts } = this;
    counts.read++;
    if (row.every((field) => field === "")) {
      // Spreadsheets export the empty rows below a table.
      counts.passed++;
      for (const target of counts.targets) {
        target.rows++;
        target.passed++;
      }
      return;
    }
    const outcomes = this.targets.map((target) => target.apply(row, line));
    const rejects = outcomes.flatMap((outcome) => (outcome.kind === "rejected" ? outcome.rejects : []));
    for (const [index, outcome] of outcomes.entries()) {
      const target = counts.targets[index] as TargetCounts;
      target.rows++;
      if (outcome.kind === "passed") target.passed++;
      else if (rejects.length > 0) target.rejected++;
      else this.stage(index, outcome, line, target);
    }
    if (rejects.length > 0) counts.rejected++;
    else if (outcomes.every(({ kind }) => kind === "passed")) counts.passed++;
    else counts.loaded++;
    for (const one of rejects) this.reject(one);
  }

  private stage(index: number, outcome: Outcome, line: number, counts: TargetCounts): void {
    const target = this.targets[index];
    if (target === undefined || outcome.kind !== "row") return;
    if (target.key.length > 0 && target.repeats === "first" && this.known(index, target, outcome.values)) {
      counts.repeated++;
      return;
    }
    counts.loaded++;
    this.staging.add(target.into, outcome.values, { file: this.file, target: index, line });
  }

  /** True when the key was staged not long ago. Others that were staged before are found in the database. */
  private known(index: number, { key }: CompiledTarget, values: readonly (string | null)[]): boolean {
    const seen = this.seen[index] as Set<string>;
    // A text of its own: a mere slice would keep the piece of the file it was cut from in memory.
    const text = key.reduce((sum, position) => `${sum}\u0000${values[position] ?? ""}`, "");
    if (seen.has(text)) return true;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.add(text);
    return false;
  }
}

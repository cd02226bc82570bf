import type { Outcome } from "./expected";
import type { Subject, Tally } from "./tally";

/** How things of one kind are found and compared. */
export interface ItemRules<E, F> {
  readonly subject: Subject;
  /** What finds the expectation of a found thing. */
  key(found: F): string;
  /** How a person would name it. */
  name(found: F): string;
  differences(expected: E, found: F): string[];
  /** True for things made by others than the load. */
  others(found: F): boolean;
}

/** Compares reviews, returns or registrations of a model with what the ledger says: each exactly once, and unchanged. */
export class ItemComparison<E extends { readonly key: string; readonly outcome: Outcome }, F> {
  private readonly seen = new Set<string>();

  constructor(
    private readonly expected: ReadonlyMap<string, E>,
    private readonly tally: Tally,
    private readonly rules: ItemRules<E, F>,
  ) {}

  add(found: F): void {
    const { subject } = this.rules;
    const item = this.expected.get(this.rules.key(found));
    const name = this.rules.name(found);
    if (item === undefined) {
      if (!this.rules.others(found)) this.tally.wrong(subject, "unexpected", name, "nobody asked for it");
    } else if (this.seen.has(item.key))
      this.tally.wrong(subject, "doubled", name, `key ${item.key} is there more than once`);
    else if (item.outcome === "refused")
      this.tally.wrong(subject, "unexpected", name, `the shop refused it (key ${item.key})`);
    else {
      const differences = this.rules.differences(item, found);
      if (differences.length > 0) this.tally.wrong(subject, "altered", name, differences.join("; "));
    }
    if (item !== undefined) this.seen.add(item.key);
  }

  finish(): void {
    for (const { key, outcome } of this.expected.values()) {
      if (outcome !== "acknowledged") continue;
      this.tally.acknowledged(this.rules.subject);
      if (!this.seen.has(key)) this.tally.wrong(this.rules.subject, "lost", key, "is not there");
    }
  }
}

/** URNs named on the command line: exact ones, and patterns with `*` (one part) and `**` (any). */
export class Targets {
  private readonly literals = new Set<string>();
  private readonly patterns: RegExp[] = [];
  readonly constrained: boolean;

  constructor(texts: readonly string[]) {
    this.constrained = texts.length > 0;
    for (const text of texts) {
      if (!text.includes("*")) this.literals.add(text);
      else this.patterns.push(new RegExp(`^${text.split("**").map(singleStars).join(".*")}$`));
    }
  }
  /** Without targets everything is meant. */
  contains(urn: string): boolean {
    if (!this.constrained) return true;
    return this.literals.has(urn) || this.patterns.some((pattern) => pattern.test(urn));
  }
  add(urn: string): void {
    this.literals.add(urn);
  }
  exact(): string[] {
    return [...this.literals];
  }
  copy(): Targets {
    const copy = new Targets([]);
    Object.assign(copy, { constrained: this.constrained });
    for (const urn of this.literals) copy.literals.add(urn);
    copy.patterns.push(...this.patterns);
    return copy;
  }
}

const literal = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
const singleStars = (text: string): string => text.split("*").map(literal).join("[^:]*");

import type { Resource } from "./kind";

/**
 * What happens when an engine dies between asking for a resource and learning its id: the account has the resource,
 * the next engine does not know it, and would be refused for as long as the name is taken.
 *
 * An engine that knows a resource always names it (Check with its old inputs, Diff) before it asks for a replacement. So a
 * creation under the same URN without that is a creation repeated, and gets what is there already.
 */
export class Claims {
  private readonly known = new Set<string>();
  private readonly turns = new Map<string, Promise<unknown>>();

  /** The engine has shown that it knows the resource behind this URN. */
  name(urn: string): void {
    this.known.add(urn);
  }

  /** The resource is gone, and so is what the engine knew. */
  forget(urn: string): void {
    this.known.delete(urn);
  }

  /** Whether `holder`, which has the name that a creation wants, was made by the same creation before. */
  isRepeated(urn: string, holder: Resource): boolean {
    return holder.urn === urn && !this.known.has(urn);
  }

  /** Does the work after all work on the same URN that was asked for before, even by an engine that has gone. */
  async inTurn<T>(urn: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(urn) ?? Promise.resolve();
    const turn = before.catch(() => {}).then(work);
    this.turns.set(urn, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(urn) === turn) this.turns.delete(urn);
    }
  }
}

import type { Census } from "./census";
import { type FoundOrder, GIVEN_UP } from "./model";

/** Adds up what each product's stock must be: what was there, less every new order, plus what was given up. */
export class StockComparison {
  private readonly change = new Map<string, number>();

  constructor(private readonly census: Census) {}

  /** An order placed since the census, by whomever. */
  sold({ status, lines }: Pick<FoundOrder, "status" | "lines">): void {
    if (!GIVEN_UP.has(status)) for (const { sku, quantity } of lines) this.add(sku, -quantity);
  }

  /** Orders (ids) that were open at the census and have been given up since. */
  givenUp(ids: ReadonlySet<number>): void {
    for (const { id, lines } of this.census.open)
      if (ids.has(id)) for (const { sku, quantity } of lines) this.add(sku, quantity);
  }

  /** Products whose stock does not add up; only those with a countable stock at the census and now. */
  differences(now: ReadonlyMap<string, number>): { sku: string; expected: number; found: number }[] {
    return Object.entries(this.census.stock).flatMap(([sku, before]) => {
      const found = now.get(sku);
      const expected = before + (this.change.get(sku) ?? 0);
      return found === undefined || found === expected ? [] : [{ sku, expected, found }];
    });
  }

  private add(sku: string, quantity: number): void {
    this.change.set(sku, (this.change.get(sku) ?? 0) + quantity);
  }
}

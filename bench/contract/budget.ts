/** A budget and what a benchmark measured against it; the shape of `budgets` in its JSON. */
export interface Budget {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  readonly holds: boolean;
}

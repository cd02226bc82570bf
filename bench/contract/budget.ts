/** A budget and what a benchmark measured against it; the shape of `budgets` in its JSON. */
export interface Budget {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  readonly holds: boolean;
}

export const atMost = (name: string, value: number, limit: number, unit: string): Budget => ({
  name,
  value,
  limit,
  unit,
  holds: value <= limit,
});

export const atLeast = (name: string, value: number, limit: number, unit = "×"): Budget => ({
  name,
  value,
  limit,
  unit,
  holds: value >= limit,
});

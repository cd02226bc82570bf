import { percentOf } from "../common/money";

/** A promotion that is valid now; amounts are minor units. */
export type Promotion = { readonly id: number; readonly code: string; readonly minimum: number } & (
  | { readonly kind: "percent"; readonly percent: string }
  | { readonly kind: "amount"; readonly amount: number }
);

/** What an order of that sum costs less; undefined when the order is too small for the promotion. */
export function discountOf(promotion: Promotion, sum: number): number | undefined {
  if (sum < promotion.minimum) return undefined;
  const discount = promotion.kind === "percent" ? percentOf(sum, promotion.percent) : promotion.amount;
  return Math.min(discount, sum);
}

import { knownOrder } from "./known";
import type { LedgerContent } from "./ledger-reader";
import type { Plan, Situation } from "./plan";
import { repeatablePlan } from "./purchases";

/**
 * Brings back what customers of an earlier run knew: their orders, and the wishes whose outcome nobody knows.
 * Returns the plans that can be sent again safely, because the shop knows their key.
 */
export function resume({ entries }: LedgerContent, situation: Situation): Plan[] {
  const open: Plan[] = [];
  for (const { key, wish, outcome, deed } of entries) {
    const again = outcome === "unknown" ? repeatablePlan(situation, key, wish) : undefined;
    if (again !== undefined) open.push(again);
    if (deed?.action === "order" && wish.action === "order") {
      const { number, status, lines, discount, total, currency } = deed;
      const money = (amount: number): { amount: number; currency: string } => ({ amount, currency });
      const answer = {
        number,
        status,
        placedAt: "",
        lines: lines.map((line) => ({
          ...line,
          name: "",
          price: money(line.price),
          total: money(line.total),
        })),
        discount: money(discount),
        total: money(total),
      };
      situation.known.addOrder(knownOrder(answer, wish.email, true));
    }
    if (outcome === "refused" || !("order" in wish)) continue;
    const order = situation.known.orders.get(wish.order);
    if (order === undefined) continue;
    if (deed?.action === "payment" || deed?.action === "cancellation") order.status = deed.status;
    else if (wish.action === "payment" || wish.action === "cancellation") order.busy = true;
    else if (wish.action === "review") order.reviewed.add(wish.sku);
    else order.returned.add(wish.sku);
  }
  return open;
}

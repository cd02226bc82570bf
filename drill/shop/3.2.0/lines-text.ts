import type { OrderLine } from "../api/order";
import { decimal, minorUnits } from "../common/money";

/** The text of `orders.lines` as this release writes it. */
export function writeLines(lines: readonly OrderLine[]): string {
  return JSON.stringify(
    lines.map(({ sku, name, quantity, price }) => ({ sku, name, qty: quantity, price: decimal(price) })),
  );
}

/**
 * Reads `orders.lines` however it was written: prices as text, number or with a comma, quantities as text. A line that cannot
 * be understood is left out; broken JSON has no lines.
 */
export function readLines(text: string | null): OrderLine[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "");
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((line: Record<string, unknown> | null) => {
    const { sku, name, qty, price } = line ?? {};
    const quantity = Number(qty);
    if (typeof sku !== "string" || !Number.isInteger(quantity) || quantity < 1) return [];
    try {
      return [
        { sku, name: typeof name === "string" ? name : sku, quantity, price: minorUnits(String(price)) },
      ];
    } catch {
      return [];
    }
  });
}

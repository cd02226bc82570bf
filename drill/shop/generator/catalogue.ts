import { decimal } from "../common/money";
import { type DirtCounts, drawDirt } from "./dirt";
import { Random } from "./random";
import { CATEGORIES, MATERIALS, THINGS } from "./words";

export interface Product {
  readonly sku: string;
  readonly name: string;
  /** JSON of SKU and name as a line of an order begins with, ready to be followed by the quantity. */
  readonly json: string;
  /** Minor units. */
  readonly price: number;
}

export interface Promotion {
  readonly id: number;
  readonly code: string;
  readonly kind: "percent" | "amount";
  /** Percent, or minor units. */
  readonly value: number;
  readonly minimum: number;
}

type Row = (string | number | null)[];

/** How many products a shop with so many orders sells: grows slowly, so that a catalogue fits into memory. */
export function catalogueSize(orders: number): number {
  return Math.min(8_000, Math.max(60, Math.round(Math.sqrt(orders) * 6)));
}

/** Products in the order of their popularity, with their rows. Dirt falls on the least popular, which are not sold. */
export function makeProducts(
  seed: number,
  count: number,
  orders: number,
  since: string,
  dirt: DirtCounts,
): { products: Product[]; rows: Row[] } {
  const random = new Random(seed, "products");
  const rows: Row[] = [];
  const products = Array.from({ length: count }, (_, rank): Product => {
    const name = `${random.pick(MATERIALS)} ${random.pick(THINGS)} ${1 + (rank % 97)}`;
    const sku = `${name.charAt(0)}${name.charAt(1).toUpperCase()}-${10_000 + rank}`;
    const price = Math.max(
      99,
      Math.round(Math.exp(7.2 + 1.1 * (random.unit() + random.unit() - 1)) / 10) * 10 - 1,
    );
    const kind = drawDirt("price", random);
    const sold = rank < count / 2 || kind === undefined;
    if (!sold) dirt[kind]++;
    // Enough for a busy season, so that a drill sells for hours; the popular ones are stocked deeper.
    const stock =
      Math.round(400 + (orders * 0.2) / (rank + 1) + 20_000 / Math.sqrt(rank + 1)) + random.between(0, 200);
    const value =
      !sold && kind === "product-price-missing"
        ? null
        : !sold && kind === "product-price-negative"
          ? "-1.00"
          : decimal(price);
    const left =
      !sold && kind === "product-stock-missing"
        ? null
        : !sold && kind === "product-stock-negative"
          ? -random.between(1, 9)
          : stock;
    const active = !sold ? "no" : random.chance(0.3) ? null : "yes";
    rows.push([
      sku,
      name,
      random.pick(CATEGORIES),
      `${name}, made to last.`,
      value,
      left,
      active,
      since,
      since,
    ]);
    return { sku, name, price, json: `{"sku":${JSON.stringify(sku)},"name":${JSON.stringify(name)},"qty":` };
  });
  return { products, rows };
}

/** Promotions with their rows; the first five are valid for ever, the rest belong to the past. */
export function makePromotions(
  seed: number,
  count: number,
  period: { readonly from: string; readonly to: string },
  dirt: DirtCounts,
): { promotions: Promotion[]; rows: Row[]; current: string[] } {
  const random = new Random(seed, "promotions");
  const rows: Row[] = [];
  const promotions: Promotion[] = [];
  for (let id = 1; id <= count; id++) {
    const kind = id > 5 ? drawDirt("promotion", random) : undefined;
    const earlier = promotions[random.between(0, Math.max(0, promotions.length - 1))];
    const code = `${random.pick(["SPRING", "SUMMER", "AUTUMN", "WINTER", "HELLO", "THANKS"])}${id}`;
    const percent = random.chance(0.6);
    const value = percent ? random.pick([5, 10, 15, 20]) : random.pick([300, 500, 1000]);
    const minimum = random.pick([0, 2000, 5000]);
    if (kind !== undefined) dirt[kind]++;
    const spelled = kind === "promotion-duplicate" && earlier ? ` ${earlier.code.toLowerCase()} ` : code;
    const given = kind !== "promotion-without-value";
    rows.push([
      id,
      spelled,
      `${percent ? `${value} %` : `€ ${decimal(value)}`} off`,
      given && percent ? value : null,
      given && !percent ? decimal(value) : null,
      minimum === 0 && random.chance(0.5) ? null : decimal(minimum),
      period.from,
      id <= 5 ? null : period.to,
    ]);
    if (kind === undefined)
      promotions.push({ id, code, kind: percent ? "percent" : "amount", value, minimum });
  }
  return { promotions, rows, current: promotions.slice(0, 5).map(({ code }) => code) };
}

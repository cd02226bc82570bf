import { decimal } from "../common/money";
import type { Product, Promotion } from "./catalogue";
import type { DirtKind } from "./dirt";
import { type Random, Weighted } from "./random";

export interface BasketLine {
  readonly product: Product;
  readonly quantity: number;
  /** Minor units a piece, as it was then. */
  readonly price: number;
}

export interface Basket {
  readonly lines: readonly BasketLine[];
  /** Minor units. */
  readonly sum: number;
}

/** Lines an order; most baskets are small. */
const SIZES = new Weighted([1, 2, 3, 4, 5, 6, 9], [46, 26, 13, 7, 4, 3, 1]);
const QUANTITIES = new Weighted([1, 2, 3, 4, 6, 12], [78, 13, 4, 2.5, 2, 0.5]);

/** What somebody bought, each product once. Prices were lower in earlier years. */
export function makeBasket(random: Random, products: readonly Product[], yearsAgo: number): Basket {
  const size = SIZES.draw(random);
  const lines: BasketLine[] = [];
  let sum = 0;
  for (let line = 0; line < size; line++) {
    const product = products[random.skewed(products.length, 0.85)] as Product;
    if (lines.some((other) => other.product === product)) continue;
    const quantity = QUANTITIES.draw(random);
    const price = Math.max(1, Math.round(product.price * 0.96 ** yearsAgo));
    sum += price * quantity;
    lines.push({ product, quantity, price });
  }
  return { lines, sum };
}

/** What a promotion takes off, in minor units; 0 when the order is too small for it. */
export function discountOf({ kind, value, minimum }: Promotion, sum: number): number {
  if (sum < minimum) return 0;
  return kind === "percent" ? Math.floor((sum * value * 100 + 5_000) / 10_000) : Math.min(value, sum);
}

/** The text of the lines: canonical, or with one kind of dirt in its first line. */
export function linesText(lines: readonly BasketLine[], dirt: DirtKind | undefined): string {
  if (dirt === "lines-empty") return "[]";
  let text = "[";
  for (let index = 0; index < lines.length; index++) {
    const { product, quantity, price } = lines[index] as BasketLine;
    if (index > 0) text += ",";
    text +=
      index === 0 && dirt !== undefined
        ? dirtyLine(product, quantity, price, dirt)
        : `${product.json}${quantity},"price":"${decimal(price)}"}`;
  }
  text += "]";
  if (dirt === "lines-broken") return text.slice(0, -7);
  return dirt === "lines-blanks" ? text.replace(/,"/g, ', "').replace("[{", "[ {") : text;
}

function dirtyLine(product: Product, quantity: number, price: number, dirt: DirtKind): string {
  const { json } = product;
  const plain = decimal(price);
  switch (dirt) {
    case "lines-price-number":
      return `${json}${quantity},"price":${Number(plain)}}`;
    case "lines-price-comma":
      return `${json}${quantity},"price":"${plain.replace(".", ",")}"}`;
    case "lines-quantity-text":
      return `${json}"${quantity}","price":"${plain}"}`;
    case "lines-unknown-sku":
      return `${json.replace(product.sku, `X${product.sku}`)}${quantity},"price":"${plain}"}`;
    case "lines-negative-quantity":
      return `${json}-${quantity},"price":"${plain}"}`;
    default:
      return `${json}${quantity},"price":"${plain}"}`;
  }
}

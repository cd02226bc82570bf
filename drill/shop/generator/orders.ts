import { decimal } from "../common/money";
import { type Basket, discountOf, linesText, makeBasket } from "./basket";
import { type Calendar, DAY, HOUR, hourOfChange, isRepeated, timestamp } from "./calendar";
import type { Product, Promotion } from "./catalogue";
import type { Value } from "./copy-table";
import type { Customer } from "./customers";
import { type DirtCounts, type DirtKind, drawDirt } from "./dirt";
import { type Life, makeLife, type Status } from "./life";
import { orderNumber } from "./order-number";
import { Random } from "./random";

export interface Shop {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly products: readonly Product[];
  readonly promotions: readonly Promotion[];
  readonly dirt: DirtCounts;
}

/** An order with what else has to be known to make its shipment, reviews and returns. */
export interface Order {
  readonly number: string;
  readonly customer: number | null;
  readonly basket: Basket;
  readonly life: Life;
  /** Minor units. */
  readonly total: number;
  /** Whether anything in it is dirt: a release with constraints may have to set it aside. */
  readonly dirty: boolean;
  readonly row: readonly Value[];
}

const SPELLINGS: Readonly<Record<Status, readonly string[]>> = {
  placed: ["Placed"],
  paid: ["bezahlt"],
  shipped: ["versendet", "SHIPPED", " shipped"],
  delivered: ["complete", "Delivered", "delivered "],
  cancelled: ["canceled", "storniert", "CANCELLED"],
  expired: ["Expired", "expired "],
  returned: ["Returned", "RETURNED"],
};
const UNKNOWN_STATUSES = ["", "???", "on hold", "see note"];
const METHODS = ["card", "card", "card", "transfer", "wallet", "invoice"];
const NOTES = [
  "Please ring twice.",
  "Gift, no invoice please.",
  "Bitte beim Nachbarn abgeben.",
  "call before delivery",
];

/** Builds one order: index from 0 in the order of time, placed at `time` by the customer. */
export function makeOrder(shop: Shop, index: number, time: number, customer: Customer): Order {
  const { seed, calendar, dirt } = shop;
  const random = new Random(seed, "order", index);
  const number = orderNumber(seed, index);
  const when = drawDirt("time", random);
  const placed =
    when === "time-skipped" || when === "time-repeated" ? atChange(random, calendar, when) : time;
  const life = makeLife(random, placed, calendar.until);
  const basket = makeBasket(random, shop.products, Math.floor((calendar.until - placed) / (365 * DAY)));
  // An order still under way is what the workers act on; those rows are in order.
  const settled = life.status !== "placed" && life.status !== "paid";
  let dirty = when !== undefined;
  const applied = (kind: DirtKind | undefined, possible = settled): DirtKind | undefined => {
    if (kind === undefined || !possible) return undefined;
    dirt[kind]++;
    dirty = true;
    return kind;
  };

  const lines = applied(drawDirt("lines", random));
  const currency = applied(drawDirt("currency", random), true);
  const status = applied(drawDirt("status", random));
  const owner = applied(drawDirt("customer", random));
  const { discount, code } = promotionOf(shop, random, basket, applied);
  const total = basket.sum - discount;
  const wrongTotal = applied(drawDirt("total", random), settled && lines === undefined);
  const noDiscount = applied(drawDirt("discount", random), discount === 0);
  const impossible = applied(when === "time-impossible" ? when : undefined, life.delivered !== null);
  const missing = applied(when === "time-missing" ? when : undefined);
  if (when === "time-skipped") dirt[when]++;
  const times = [placed, life.paid, life.shipped, life.delivered, life.closed];
  if (missing === undefined && times.some((each) => each !== null && isRepeated(each)))
    dirt["time-repeated"]++;

  const id = index + 1;
  const buyer =
    owner === "customer-missing" ? null : owner === "customer-unknown" ? 9_000_000_000 + id : customer.id;
  const paid = life.paid !== null;
  const recent = calendar.until - placed < 365 * DAY;
  const row: Value[] = [
    id,
    number,
    buyer,
    customer.name,
    customer.email,
    customer.phone,
    customer.address,
    linesText(basket.lines, lines),
    noDiscount === undefined ? decimal(discount) : null,
    wrongTotal === undefined ? decimal(total) : totalText(total, wrongTotal, random),
    currency === undefined ? "EUR" : currency === "currency-sign" ? "€" : random.chance(0.5) ? null : "",
    code,
    status === undefined
      ? life.status
      : random.pick(status === "status-unknown" ? UNKNOWN_STATUSES : SPELLINGS[life.status]),
    missing === undefined ? timestamp(placed) : null,
    nullable(life.paid),
    nullable(life.shipped),
    impossible === undefined ? nullable(life.delivered) : timestamp(placed - 30 * DAY),
    nullable(life.closed),
    paid ? random.pick(METHODS) : null,
    paid ? `pay-${number.slice(2)}` : null,
    paid ? (life.status === "cancelled" ? "refunded" : "captured") : null,
    paid && recent ? `${customer.id}:pay-${number}` : null,
    recent ? `${customer.id}:web-${number}` : null,
    random.chance(0.03) ? random.pick(NOTES) : null,
  ];
  return { number, customer: buyer, basket, life, total, dirty, row };
}

function promotionOf(
  { promotions }: Shop,
  random: Random,
  { sum }: Basket,
  applied: (kind: DirtKind | undefined, possible?: boolean) => DirtKind | undefined,
): { discount: number; code: string | null } {
  const kind = drawDirt("code", random);
  const promotion = random.pick(promotions);
  const discount = random.chance(0.14) ? discountOf(promotion, sum) : 0;
  if (discount > 0) {
    const typed = applied(kind === "promotion-typed" ? kind : undefined, true);
    return { discount, code: typed === undefined ? promotion.code : ` ${promotion.code.toLowerCase()}` };
  }
  return {
    discount: 0,
    code: applied(kind === "promotion-unknown" ? kind : undefined, true) ? "FRIENDS" : null,
  };
}

function totalText(total: number, kind: DirtKind, random: Random): string | null {
  if (kind === "total-missing") return null;
  if (kind === "total-decimals") return `${decimal(total)}${random.pick(["4", "01", "0049"])}`;
  return decimal(total + random.between(1, 500));
}

/** A time in the hour clocks skip or repeat, in a year the calendar covers whole. */
function atChange(
  random: Random,
  { start, until }: Calendar,
  kind: "time-skipped" | "time-repeated",
): number {
  const years = [new Date(start).getUTCFullYear() + 1, new Date(until).getUTCFullYear() - 1] as const;
  const year = random.between(years[0], Math.max(...years));
  return hourOfChange(year, kind === "time-skipped" ? 2 : 9) + random.between(0, HOUR / 1000 - 1) * 1000;
}

function nullable(time: number | null): string | null {
  return time === null ? null : timestamp(time);
}

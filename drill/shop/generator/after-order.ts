import { decimal } from "../common/money";
import { DAY, HOUR, real, timestamp } from "./calendar";
import type { Value } from "./copy-table";
import { drawDirt } from "./dirt";
import type { Order, Shop } from "./orders";
import { Random } from "./random";
import { CARRIERS, DEPOTS, RETURN_REASONS, REVIEWS } from "./words";

type Row = readonly Value[];

/** Where rows of a table go; an id is the next of its table. */
export interface Sink {
  nextId(): number;
  add(row: Row): void;
}

const RATINGS = [5, 5, 5, 5, 4, 4, 4, 3, 2, 1];
const REVIEW_SHARE = 0.18;
const RETURN_SHARE = 0.03;

/** The shipment of an order that was sent, with its events as text. */
export function addShipment(shop: Shop, index: number, order: Order, sink: Sink): void {
  const { shipped, delivered, status } = order.life;
  if (shipped === null) return;
  const random = new Random(shop.seed, "shipment", index);
  const kind = drawDirt("shipment", random);
  const events = drawDirt("events", random);
  if (kind !== undefined) shop.dirt[kind]++;
  if (events !== undefined) shop.dirt[events]++;
  const carrier = random.pick(CARRIERS);
  const lines = eventLines(random, shipped, delivered ?? shop.calendar.until);
  if (delivered !== null) lines.push(`${timestamp(delivered)}|delivered|`);
  const state = status === "shipped" ? (lines.at(-1)?.split("|")[1] ?? "announced") : "delivered";
  const last = lines.at(-1)?.slice(0, 19) ?? timestamp(shipped);
  if (events === "events-blank-line") lines.splice(1, 0, "");
  if (events === "events-broken") lines.splice(1, 0, "parcel scanned ???");
  const text = lines.join("\n");
  const tracking = `T${String(1_000_000_000 + index * 7)}`;
  const number = kind === "shipment-orphan" ? `${order.number}X` : order.number;
  sink.add([sink.nextId(), number, carrier, tracking, state, text, timestamp(shipped), last]);
  if (kind === "shipment-duplicate")
    sink.add([sink.nextId(), number, carrier, `${tracking}B`, state, text, timestamp(shipped), last]);
}

/** A line an event before delivery, as far as the parcel got before `end`. */
function eventLines(random: Random, shipped: number, end: number): string[] {
  const lines = [`${timestamp(shipped)}|announced|`];
  const span = end - shipped;
  let at = shipped;
  for (const [status, share] of [
    ["picked-up", 0.1],
    ["in-transit", 0.4],
    ["out-for-delivery", 0.85],
  ] as const) {
    at = Math.max(at, real(shipped + span * share * (0.8 + 0.2 * random.unit())));
    if (at >= end || at - shipped > 6 * DAY) break;
    lines.push(`${timestamp(at)}|${status}|${random.pick(DEPOTS)}`);
  }
  return lines;
}

/** Reviews of an order that arrived. */
export function addReviews(shop: Shop, index: number, order: Order, sink: Sink): void {
  const { delivered } = order.life;
  const random = new Random(shop.seed, "review", index);
  if (delivered === null || !random.chance(REVIEW_SHARE)) return;
  for (const { product } of order.basket.lines.slice(0, random.between(1, 2))) {
    const kind = drawDirt("review", random);
    if (kind !== undefined) shop.dirt[kind]++;
    const at = real(Math.min(delivered + HOUR + random.unit() * 30 * DAY, shop.calendar.until - HOUR));
    sink.add([
      sink.nextId(),
      kind === "review-orphan" ? `${order.number}X` : order.number,
      order.customer,
      product.sku,
      kind === "review-rating" ? random.pick([0, 6, 10, -1]) : random.pick(RATINGS),
      kind === "review-text-missing" ? null : random.pick(REVIEWS),
      timestamp(Math.max(at, delivered)),
    ]);
  }
}

/** What came back: everything of a returned order, one product of a few others. */
export function addReturns(shop: Shop, index: number, order: Order, sink: Sink): void {
  const { delivered, closed, status } = order.life;
  const random = new Random(shop.seed, "return", index);
  const all = status === "returned";
  if (delivered === null || !(all || random.chance(RETURN_SHARE))) return;
  for (const { product, quantity, price } of all ? order.basket.lines : order.basket.lines.slice(0, 1)) {
    // The last piece of an order that came back whole makes it `returned`, so those rows are in order.
    const pieces = all ? quantity : 1;
    if (!all && order.basket.lines.length === 1 && quantity === 1) return;
    const kind = all ? undefined : drawDirt("return", random);
    if (kind !== undefined) shop.dirt[kind]++;
    const { sum } = order.basket;
    const refund = sum === 0 ? 0 : Math.floor((price * pieces * order.total) / sum);
    const at =
      closed ?? real(Math.min(delivered + DAY + random.unit() * 14 * DAY, shop.calendar.until - HOUR));
    sink.add([
      sink.nextId(),
      kind === "return-orphan" ? `${order.number}X` : order.number,
      order.customer,
      product.sku,
      kind === "return-quantity" ? random.pick([0, -1]) : pieces,
      random.pick(RETURN_REASONS),
      kind === "return-status-missing"
        ? null
        : all
          ? "refunded"
          : random.pick(["requested", "accepted", "refunded", "rejected"]),
      kind === "refund-missing" ? null : decimal(refund),
      timestamp(Math.max(at, delivered)),
    ]);
  }
}

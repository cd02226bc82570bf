import type { ExpectedOrder } from "./expected";
import { possibleStatuses } from "./expected";
import type { FoundOrder } from "./model";
import type { Tally } from "./tally";

export interface OrderSums {
  /** Orders of people other than the load's customers. */
  others: number;
  /** Orders of unknown outcome that turned out to be there. */
  unknownFound: number;
  /** Total of all acknowledged orders as found, in minor units. */
  money: number;
}

/** Compares the orders of a model, one after the other, with what the ledger says. */
export class OrderComparison {
  readonly sums: OrderSums = { others: 0, unknownFound: 0, money: 0 };
  private readonly seen = new Set<string>();

  /** @param others tells by the e-mail of an order that it was made by others than the load */
  constructor(
    private readonly orders: ReadonlyMap<string, ExpectedOrder>,
    private readonly tally: Tally,
    private readonly others: (email: string) => boolean,
  ) {}

  add(found: FoundOrder): void {
    const order = found.key === null ? undefined : this.orders.get(found.key);
    if (order === undefined) {
      if (this.others(found.email)) this.sums.others++;
      else
        this.tally.wrong(
          "orders",
          "unexpected",
          found.number,
          `nobody asked for it (key ${found.key ?? "none"})`,
        );
      return;
    }
    if (this.seen.has(order.key)) {
      this.tally.wrong("orders", "doubled", found.number, `key ${order.key} is there more than once`);
      return;
    }
    this.seen.add(order.key);
    if (order.outcome === "refused") {
      this.tally.wrong("orders", "unexpected", found.number, `the shop refused it (key ${order.key})`);
      return;
    }
    if (order.outcome === "unknown") this.sums.unknownFound++;
    else this.sums.money += found.total;
    const differences = [...differencesOf(order, found)];
    if (differences.length > 0) this.tally.wrong("orders", "altered", found.number, differences.join("; "));
    this.payments(order, found);
  }

  /** Names what was acknowledged and never came. */
  finish(): void {
    for (const order of this.orders.values()) {
      if (order.outcome !== "acknowledged") continue;
      this.tally.acknowledged("orders");
      for (const _ of order.payments) this.tally.acknowledged("payments");
      for (const _ of order.cancellations) this.tally.acknowledged("cancellations");
      const number = order.deed?.number ?? order.key;
      if (order.payments.length > 1)
        this.tally.wrong("payments", "doubled", number, `acknowledged under ${order.payments.join(", ")}`);
      if (this.seen.has(order.key)) continue;
      this.tally.wrong("orders", "lost", number, `key ${order.key} is not there`);
      if (order.payments.length > 0) this.tally.wrong("payments", "lost", number, "its order is not there");
      if (order.cancellations.length > 0)
        this.tally.wrong("cancellations", "lost", number, "its order is not there");
    }
  }

  private payments(order: ExpectedOrder, found: FoundOrder): void {
    const [payment] = order.payments;
    if (payment !== undefined && !KEPT_PAYMENT.has(found.paymentState ?? ""))
      this.tally.wrong("payments", "lost", found.number, `payment state is ${found.paymentState ?? "empty"}`);
    else if (payment !== undefined && !order.payments.includes(found.paymentKey ?? ""))
      this.tally.wrong(
        "payments",
        "altered",
        found.number,
        `key ${payment}, found ${found.paymentKey ?? "none"}`,
      );
    if (order.cancellations.length > 0 && found.status !== "cancelled")
      this.tally.wrong("cancellations", "lost", found.number, `its status is ${found.status}`);
  }
}

/** States of a payment that was once acknowledged. */
const KEPT_PAYMENT: ReadonlySet<string> = new Set(["authorised", "captured", "refunding", "refunded"]);

/** What differs between an order as acknowledged, or at least as asked for, and as found. */
export function* differencesOf(order: ExpectedOrder, found: FoundOrder): Generator<string> {
  const { wish, deed } = order;
  const status = [...possibleStatuses(order)] as string[];
  if (!status.includes(found.status)) yield `status ${found.status}, possible ${status.join(", ")}`;
  if (found.email.trim().toLowerCase() !== wish.email.trim().toLowerCase())
    yield `customer ${wish.email}, found ${found.email}`;
  if (deed === undefined) {
    yield* unequal("lines", quantities(wish.lines), quantities(found.lines));
    return;
  }
  yield* unequal("number", deed.number, found.number);
  yield* unequal("lines", prices(deed.lines), prices(found.lines));
  yield* unequal("discount", deed.discount, found.discount);
  yield* unequal("total", deed.total, found.total);
  yield* unequal("currency", deed.currency, found.currency);
  yield* unequal("promotion", code(wish.promotion), code(found.promotion));
  const sum = found.lines.reduce((total, line) => total + line.quantity * line.price, 0) - found.discount;
  if (sum !== found.total) yield `total ${found.total}, its lines less the discount make ${sum}`;
}

function* unequal(what: string, was: string | number, is: string | number): Generator<string> {
  if (was !== is) yield `${what} ${was}, found ${is}`;
}

function quantities(lines: readonly { sku: string; quantity: number }[]): string {
  return lines
    .map((line) => `${line.quantity}×${line.sku}`)
    .sort()
    .join(" ");
}

function prices(lines: readonly { sku: string; quantity: number; price: number }[]): string {
  return lines
    .map((line) => `${line.quantity}×${line.sku}@${line.price}`)
    .sort()
    .join(" ");
}

function code(text: string | null | undefined): string {
  return (text ?? "").trim().toUpperCase();
}

import { HttpProblem, notFound } from "../common/http-problem";
import { newOrderNumber } from "../common/order-number";
import type { Route } from "../common/routes";
import type { Session } from "../common/session";
import type { Catalogue } from "./catalogue";
import { Input, idempotencyKey, queryNumber, required } from "./input";
import { type Order, type OrderLine, publicOrder } from "./order";
import { discountOf, type Promotion } from "./promotion";

export interface NewOrder {
  readonly number: string;
  /** Id of the caller as in the token. */
  readonly customer: number;
  /** Scoped key. */
  readonly key: string;
  /** One line a SKU. */
  readonly lines: readonly OrderLine[];
  readonly discount: number;
  readonly total: number;
  readonly currency: string;
  readonly promotion: Promotion | undefined;
}

export type Placement =
  | { readonly outcome: "placed"; readonly order: Order }
  /** Another request with the same key was quicker. */
  | { readonly outcome: "repeated" }
  | { readonly outcome: "out-of-stock"; readonly sku: string }
  | { readonly outcome: "unknown-customer" };

/** What a release does for orders. */
export interface OrderStore {
  place(order: NewOrder): Promise<Placement>;
  /** An order the caller may see: one of their own, or any for staff. */
  find(number: string, reader: Session): Promise<Order | undefined>;
  /** The order a scoped idempotency key has made. */
  findByKey(key: string): Promise<Order | undefined>;
  /** The caller's newest orders, newest first. */
  list(customer: number, size: number): Promise<readonly Order[]>;
  /** The promotion of a code in upper case, when it is valid now. */
  promotion(code: string): Promise<Promotion | undefined>;
  /** Ends an open order and gives its stock back. A paid one is put in line for a refund. False when it was not open. */
  cancel(number: string): Promise<boolean>;
}

const MOST_LINES = 50;
const MOST_PIECES = 1_000;

export function orderRoutes(store: OrderStore, catalogue: Catalogue, currency: string): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/orders",
      async handle(call) {
        const session = required(call);
        const key = idempotencyKey(call, session);
        const wanted = readWanted(call.body);
        const earlier = await store.findByKey(key);
        if (earlier) return { status: 201, body: repeated(earlier, wanted) };
        const placement = await store.place({
          ...(await priced(wanted, store, catalogue)),
          number: newOrderNumber(),
          customer: session.customer,
          key,
          currency,
        });
        switch (placement.outcome) {
          case "placed":
            return { status: 201, body: publicOrder(placement.order) };
          case "out-of-stock":
            throw new HttpProblem(409, "out-of-stock", { sku: placement.sku });
          case "unknown-customer":
            throw new HttpProblem(401, "unknown-customer");
          case "repeated": {
            const first = await store.findByKey(key);
            if (!first) throw new HttpProblem(409, "try-again");
            return { status: 201, body: repeated(first, wanted) };
          }
        }
      },
    },
    {
      method: "GET",
      path: "/api/orders/:number",
      async handle(call) {
        const order = await store.find(call.parameters.number ?? "", required(call));
        if (!order) throw notFound("order");
        return { status: 200, body: publicOrder(order) };
      },
    },
    {
      method: "GET",
      path: "/api/orders",
      async handle(call) {
        const session = required(call);
        const orders = await store.list(session.customer, queryNumber(call, "size", 20, 1, 100));
        return { status: 200, body: { orders: orders.map((order) => publicOrder(order)) } };
      },
    },
    {
      method: "POST",
      path: "/api/orders/:number/cancellation",
      async handle(call) {
        const session = required(call);
        const number = call.parameters.number ?? "";
        const before = await store.find(number, session);
        if (!before) throw notFound("order");
        if (before.status !== "cancelled" && !(await store.cancel(number))) {
          const now = await store.find(number, session);
          if (now?.status !== "cancelled") throw new HttpProblem(409, "not-open", { status: now?.status });
        }
        return { status: 200, body: publicOrder(before, "cancelled") };
      },
    },
  ];
}

interface Wanted {
  readonly lines: ReadonlyMap<string, number>;
  readonly promotion: string | null;
}

function readWanted(body: unknown): Wanted {
  const input = new Input(body);
  const lines = new Map<string, number>();
  for (const [index, line] of input.list("lines", MOST_LINES).entries()) {
    const { sku, quantity } = (typeof line === "object" && line !== null ? line : {}) as Record<
      string,
      unknown
    >;
    const known = typeof sku === "string" ? (lines.get(sku) ?? 0) : 0;
    if (typeof sku !== "string" || sku === "" || sku.length > 60) {
      input.reject(`lines[${index}].sku`, "must be a text of 1 to 60 characters");
    } else if (
      !Number.isInteger(quantity) ||
      (quantity as number) < 1 ||
      (quantity as number) + known > MOST_PIECES
    ) {
      input.reject(`lines[${index}].quantity`, `must be a whole number from 1 to ${MOST_PIECES}`);
    } else {
      lines.set(sku, known + (quantity as number));
    }
  }
  const promotion = input.optionalText("promotion", 60);
  input.check();
  return { lines, promotion: promotion?.trim().toUpperCase() ?? null };
}

async function priced(
  wanted: Wanted,
  store: OrderStore,
  catalogue: Catalogue,
): Promise<Pick<NewOrder, "lines" | "discount" | "total" | "promotion">> {
  const products = await catalogue.products([...wanted.lines.keys()]);
  const lines = [...wanted.lines].map(([sku, quantity]) => {
    const product = products.get(sku);
    if (!product) throw new HttpProblem(422, "unknown-product", { sku });
    return { sku, quantity, name: product.name, price: product.price };
  });
  const sum = lines.reduce((total, line) => total + line.price * line.quantity, 0);
  if (wanted.promotion === null) return { lines, discount: 0, total: sum, promotion: undefined };
  const promotion = await store.promotion(wanted.promotion);
  const discount = promotion && discountOf(promotion, sum);
  if (discount === undefined)
    throw new HttpProblem(422, "promotion-not-valid", { promotion: wanted.promotion });
  return { lines, discount, total: sum - discount, promotion };
}

/** What the first request with this key was answered; 422 when this one asks for something else. */
function repeated(order: Order, wanted: Wanted): unknown {
  const same =
    order.lines.length === wanted.lines.size &&
    order.lines.every((line) => wanted.lines.get(line.sku) === line.quantity) &&
    order.promotion === wanted.promotion;
  if (!same) throw new HttpProblem(422, "idempotency-key-of-another-request", { order: order.number });
  return publicOrder(order, "placed");
}

import type { Environment } from "../common/environment";
import { HttpProblem, notFound } from "../common/http-problem";
import type { Route } from "../common/routes";
import type { Session } from "../common/session";
import { Input, required } from "./input";
import type { Order } from "./order";

export interface NewReview {
  readonly order: string;
  readonly customer: number;
  readonly sku: string;
  readonly rating: number;
  readonly text: string;
}

export interface NewReturn {
  readonly order: string;
  readonly customer: number;
  readonly sku: string;
  readonly quantity: number;
  readonly reason: string;
  /** Minor units. */
  readonly refund: number;
}

/** What a release does for reviews and returns. */
export interface AfterSalesStore {
  find(number: string, reader: Session): Promise<Order | undefined>;
  addReview(review: NewReview): Promise<number>;
  /** The id; undefined when more pieces would come back than were delivered. The last piece makes the order `returned`. */
  addReturn(request: NewReturn): Promise<number | undefined>;
}

export function afterSalesRoutes(store: AfterSalesStore, environment: Environment): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/reviews",
      async handle(call) {
        const session = required(call);
        if (environment.faults.has("missing-function")) throw new HttpProblem(404, "no-such-path");
        const input = new Input(call.body);
        const number = input.text("order", 60);
        const sku = input.text("sku", 60);
        const rating = input.whole("rating", 1, 5);
        const text = input.text("text", 4_000);
        input.check();
        const order = await owned(store, number, session);
        pieces(order, sku);
        if (["placed", "cancelled", "expired"].includes(order.status)) {
          throw new HttpProblem(409, "not-bought", { status: order.status });
        }
        const id = await store.addReview({ order: number, customer: session.customer, sku, rating, text });
        return { status: 201, body: { id } };
      },
    },
    {
      method: "POST",
      path: "/api/returns",
      async handle(call) {
        const session = required(call);
        if (environment.faults.has("missing-function")) throw new HttpProblem(404, "no-such-path");
        const input = new Input(call.body);
        const number = input.text("order", 60);
        const sku = input.text("sku", 60);
        const quantity = input.whole("quantity", 1, 1_000);
        const reason = input.text("reason", 1_000);
        input.check();
        const order = await owned(store, number, session);
        pieces(order, sku);
        if (order.status !== "delivered" && order.status !== "returned") {
          throw new HttpProblem(409, "not-delivered", { status: order.status });
        }
        const refund = refundOf(order, sku, quantity);
        const id = await store.addReturn({
          order: number,
          customer: session.customer,
          sku,
          quantity,
          reason,
          refund,
        });
        if (id === undefined) throw new HttpProblem(409, "more-than-delivered", { sku });
        return { status: 201, body: { id } };
      },
    },
  ];
}

/** What returned pieces are worth: their price less their share of the order's discount, rounded down, in minor units. */
export function refundOf(order: Order, sku: string, quantity: number): number {
  const price = order.lines.find((line) => line.sku === sku)?.price ?? 0;
  const sum = order.total + order.discount;
  return sum === 0 ? 0 : Number((BigInt(price * quantity) * BigInt(order.total)) / BigInt(sum));
}

async function owned(store: AfterSalesStore, number: string, session: Session): Promise<Order> {
  const order = await store.find(number, session);
  if (!order) throw notFound("order");
  return order;
}

function pieces(order: Order, sku: string): void {
  if (!order.lines.some((line) => line.sku === sku)) throw new HttpProblem(422, "not-in-order", { sku });
}

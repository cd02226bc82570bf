import { Unreachable } from "../common/http-client";
import { HttpProblem, notFound } from "../common/http-problem";
import type { Answer, Route } from "../common/routes";
import type { Session } from "../common/session";
import { Input, idempotencyKey, required } from "./input";
import { type Order, publicOrder } from "./order";
import type { Authorisation, Charge, PaymentProvider } from "./payment-provider";

export interface PaymentAttempt {
  readonly method: string;
  /** Scoped key of the customer's request. */
  readonly key: string;
}

/** What a release does for payments. Each call changes an order only while it is placed, and says whether it was. */
export interface PaymentStore {
  find(number: string, reader: Session): Promise<Order | undefined>;
  /** The order is paid, its capture is put in line. */
  authorised(number: string, attempt: PaymentAttempt, reference: string): Promise<boolean>;
  declined(number: string, attempt: PaymentAttempt): Promise<boolean>;
  /** The provider cannot be reached: the payment is put in line to be tried again. */
  pending(number: string, attempt: PaymentAttempt): Promise<boolean>;
  /** Puts an authorisation in line that no order uses, to be given up at the provider. */
  release(reference: string): Promise<void>;
}

const METHOD = {
  is: /^[a-z][a-z0-9-]*$/,
  rule: "must be lower case letters, digits and dashes, such as card",
};

export function paymentRoutes(store: PaymentStore, provider: PaymentProvider): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/orders/:number/payment",
      async handle(call) {
        const session = required(call);
        const key = idempotencyKey(call, session);
        const input = new Input(call.body);
        const method = input.text("method", 30, METHOD);
        input.check();
        const number = call.parameters.number ?? "";
        const order = await store.find(number, session);
        if (!order) throw notFound("order");
        const earlier = answerOfEarlier(order, key);
        if (earlier) return earlier;
        const attempt = { method, key };
        const authorisation = await authorise(provider, chargeOf(order, attempt));
        if (authorisation === undefined) {
          await store.pending(number, attempt);
          return { status: 202, body: publicOrder(order) };
        }
        if (authorisation.outcome === "declined") {
          await store.declined(number, attempt);
          throw new HttpProblem(402, "payment-declined");
        }
        if (await store.authorised(number, attempt, authorisation.reference)) {
          return { status: 200, body: publicOrder(order, "paid") };
        }
        const now = await store.find(number, session);
        // The worker, or a repeated request, has used the very same authorisation.
        if (now?.payment.key === key && now.payment.reference !== null) {
          return { status: 200, body: publicOrder(now, "paid") };
        }
        await store.release(authorisation.reference);
        throw new HttpProblem(409, "not-payable", { status: now?.status });
      },
    },
  ];
}

/** What the provider is asked for; the same for each try of the same attempt. */
export function chargeOf(order: Order, attempt: PaymentAttempt): Charge {
  return {
    key: `${order.number}:${attempt.key}`,
    order: order.number,
    method: attempt.method,
    amount: order.total,
    currency: order.currency,
  };
}

function answerOfEarlier(order: Order, key: string): Answer | undefined {
  const { payment } = order;
  if (payment.key === key && payment.state === "declined") throw new HttpProblem(402, "payment-declined");
  if (payment.key === key && payment.state !== null && payment.state !== "pending") {
    return { status: 200, body: publicOrder(order, "paid") };
  }
  if (order.status !== "placed") throw new HttpProblem(409, "not-payable", { status: order.status });
  if (payment.state === "pending" && payment.key !== key) throw new HttpProblem(409, "payment-pending");
  return undefined;
}

async function authorise(provider: PaymentProvider, charge: Charge): Promise<Authorisation | undefined> {
  try {
    return await provider.authorise(charge);
  } catch (problem) {
    if (problem instanceof Unreachable) return undefined;
    throw problem;
  }
}

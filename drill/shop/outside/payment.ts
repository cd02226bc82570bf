import { HttpProblem } from "../common/http-problem";
import type { Route } from "../common/routes";
import { type Behaviour, readBehaviour, readRate } from "./behaviour";
import { chance } from "./chance";
import { type SimulatedService, startSimulatedService } from "./simulated-service";

export interface PaymentBehaviour extends Behaviour {
  /** Share of authorisations that are declined. Depends on the order, so a second try is declined as well. */
  readonly declineRate: number;
}

interface Authorisation {
  readonly amount: number;
  state: "authorised" | "captured" | "refunded";
}

/**
 * A payment provider. `POST /authorisations {key, order, method, amount, currency}` answers 200 `{reference}` or 402; the same key
 * is charged once. `POST /captures {reference}` and `POST /refunds {reference}` may be repeated. References follow from the
 * key, so a provider that was restarted still knows its customers' authorisations.
 */
export function startPaymentProvider(behaviour: PaymentBehaviour, port = 0): Promise<SimulatedService> {
  const authorisations = new Map<string, Authorisation>();
  const find = (body: unknown): Authorisation => {
    const { reference } = (body ?? {}) as { reference?: unknown };
    if (typeof reference !== "string" || !/^pay-[0-9a-f]+$/.test(reference))
      throw new HttpProblem(400, "no-reference");
    let known = authorisations.get(reference);
    if (!known) {
      known = { amount: 0, state: "authorised" };
      authorisations.set(reference, known);
    }
    return known;
  };
  const routes: Route[] = [
    {
      method: "POST",
      path: "/authorisations",
      handle({ body }) {
        const { key, order, amount } = (body ?? {}) as Record<string, unknown>;
        if (typeof key !== "string" || typeof order !== "string" || !Number.isInteger(amount)) {
          throw new HttpProblem(400, "invalid");
        }
        if (chance(behaviour.seed, "decline", order) < behaviour.declineRate) {
          return { status: 402, body: { error: "declined" } };
        }
        const reference = `pay-${Math.floor(chance("", "high", key) * 2 ** 32).toString(16)}${Math.floor(chance("", "low", key) * 2 ** 32).toString(16)}`;
        const known = authorisations.get(reference);
        if (!known) authorisations.set(reference, { amount: amount as number, state: "authorised" });
        return { status: 200, body: { reference } };
      },
    },
    {
      method: "POST",
      path: "/captures",
      handle({ body }) {
        const authorisation = find(body);
        if (authorisation.state === "refunded") throw new HttpProblem(409, "refunded");
        authorisation.state = "captured";
        return { status: 200, body: { state: "captured" } };
      },
    },
    {
      method: "POST",
      path: "/refunds",
      handle({ body }) {
        find(body).state = "refunded";
        return { status: 200, body: { state: "refunded" } };
      },
    },
    {
      method: "GET",
      path: "/ledger",
      handle() {
        const sums = { authorised: 0, captured: 0, refunded: 0 };
        for (const { state, amount } of authorisations.values()) sums[state] += amount;
        return { status: 200, body: { count: authorisations.size, sums } };
      },
    },
  ];
  return startSimulatedService(routes, behaviour, port);
}

/** Reads PORT, DECLINE_RATE (default 0.01) and the common behaviour. */
export const paymentFromEnvironment = (variables: NodeJS.ProcessEnv): Promise<SimulatedService> =>
  Promise.resolve().then(() =>
    startPaymentProvider(
      {
        ...readBehaviour(variables),
        declineRate: readRate("DECLINE_RATE", variables.DECLINE_RATE, 0.01),
      },
      Number(variables.PORT ?? 0),
    ),
  );

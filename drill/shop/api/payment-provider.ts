import { requestRepeatedly, Unreachable } from "../common/http-client";

export interface Charge {
  /** The same key is charged once, however often it is asked for. */
  readonly key: string;
  readonly order: string;
  readonly method: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
}

export type Authorisation =
  | { readonly outcome: "authorised"; readonly reference: string }
  | { readonly outcome: "declined" };

/** The payment provider. Each call may be repeated safely; Unreachable is thrown when its outcome is unknown. */
export interface PaymentProvider {
  authorise(charge: Charge): Promise<Authorisation>;
  capture(reference: string): Promise<void>;
  /** Gives money back, or gives an authorisation up that was never captured. */
  refund(reference: string): Promise<void>;
}

const ATTEMPTS = 3;

export function paymentProvider(url: string, timeoutMs: number): PaymentProvider {
  const post = (path: string, body: object): ReturnType<typeof requestRepeatedly> =>
    requestRepeatedly(`${url}${path}`, { method: "POST", body, timeoutMs }, ATTEMPTS);
  const settle = async (path: string, reference: string): Promise<void> => {
    const answer = await post(path, { reference });
    if (answer.status !== 200) throw new Unreachable(url, `${path} answered ${answer.status}`);
  };
  return {
    async authorise(charge) {
      const answer = await post("/authorisations", charge);
      if (answer.status === 402) return { outcome: "declined" };
      const reference = (answer.body as { reference?: unknown } | undefined)?.reference;
      if (answer.status !== 200 || typeof reference !== "string") {
        throw new Unreachable(url, `/authorisations answered ${answer.status}`);
      }
      return { outcome: "authorised", reference };
    },
    capture: (reference) => settle("/captures", reference),
    refund: (reference) => settle("/refunds", reference),
  };
}

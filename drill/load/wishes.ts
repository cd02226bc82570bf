import { loginOfSomeone, register } from "./accounts";
import { review, sendBack } from "./after-sales";
import type { Plan, Situation } from "./plan";
import { cancellation, order, payment, repeat } from "./purchases";
import type { Kind } from "./schedule";

type Maker = (situation: Situation) => Plan | undefined;

/** Requests that log in or change something. Each is undefined when no customer has what it takes. */
export const WISHES = {
  login: loginOfSomeone,
  register,
  order,
  repeat,
  payment,
  cancellation,
  review,
  return: sendBack,
} as const satisfies Partial<Record<Kind, Maker>>;

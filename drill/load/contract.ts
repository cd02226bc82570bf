import { z } from "zod";
import type { Answer } from "./http-client";
import { STATUSES } from "./order-status";
import type { Kind } from "./schedule";

const amount = z.object({ amount: z.int(), currency: z.string().length(3) });
const identifier = z.union([z.string().min(1), z.int()]).transform(String);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, "expected a UTC time in ISO 8601");

const order = z.object({
  number: z.string().min(1),
  status: z.enum(STATUSES),
  placedAt: time,
  lines: z.array(
    z.object({ sku: z.string(), name: z.string(), quantity: z.int(), price: amount, total: amount }),
  ),
  discount: amount,
  total: amount,
  promotion: z.string().nullish(),
});
export type OrderAnswer = z.infer<typeof order>;

const product = z.object({ sku: z.string(), name: z.string(), price: amount, available: z.number() });

/** What each request is answered with, by docs/contracts.md §8. */
export const ANSWERS = {
  register: z.object({ id: identifier, token: z.string().min(1) }),
  login: z.object({
    token: z.string().min(1),
    customer: z.object({ id: identifier, name: z.string() }),
    role: z.string(),
  }),
  order,
  list: z.object({ orders: z.array(order) }),
  products: z.object({ products: z.array(product), total: z.int() }),
  product,
  stock: z.object({ sku: z.string(), available: z.number(), reserved: z.number(), updatedAt: time }),
  made: z.object({ id: identifier }),
  shipment: z.object({
    order: z.string(),
    status: z.string().min(1),
    carrier: z.string().nullish(),
    trackingNumber: z.string().nullish(),
    events: z.array(z.object({ at: time, status: z.string(), location: z.string().nullish() })),
  }),
  statistics: z.object({
    days: z.array(z.object({ date: z.string(), orders: z.int(), revenue: amount.or(z.number()) })),
  }),
} as const;

/** Statuses that mean yes, and statuses that are an honest business answer. Everything else contradicts the contract. */
const STATUS: Readonly<Record<Kind, { readonly yes: readonly number[]; readonly no: readonly number[] }>> = {
  page: { yes: [200], no: [] },
  browse: { yes: [200], no: [] },
  search: { yes: [200], no: [] },
  product: { yes: [200], no: [] },
  stock: { yes: [200], no: [] },
  login: { yes: [200], no: [] },
  register: { yes: [201], no: [] },
  order: { yes: [201], no: [409] },
  repeat: { yes: [200, 201], no: [] },
  // 202: the provider cannot be reached, the shop goes on trying by itself.
  payment: { yes: [200], no: [202, 402, 409] },
  cancellation: { yes: [200], no: [409] },
  read: { yes: [200], no: [] },
  list: { yes: [200], no: [] },
  track: { yes: [200], no: [] },
  review: { yes: [201], no: [409] },
  return: { yes: [201], no: [409] },
  statistics: { yes: [200], no: [] },
};

/**
 * `answered` and `refused` are the shop's word. `failed` means that no word came, or a word the contract does not know;
 * `certain` tells whether the request surely changed nothing. `maintenance` is the announced page.
 */
export type Verdict =
  | { readonly outcome: "answered" }
  | { readonly outcome: "refused" }
  | { readonly outcome: "maintenance" }
  | { readonly outcome: "failed"; readonly reason: string; readonly certain: boolean };

/** Judges the status of an answer; what the body says is judged by `read`. */
export function judge(kind: Kind, answer: Answer): Verdict {
  if (answer.problem !== undefined) return { outcome: "failed", reason: answer.problem, certain: false };
  if (answer.maintenance) return { outcome: "maintenance" };
  const known = STATUS[kind];
  if (known.yes.includes(answer.status)) return { outcome: "answered" };
  if (known.no.includes(answer.status)) return { outcome: "refused" };
  const reason = `${kind}: status ${answer.status} ${answer.text.slice(0, 120)}`.trim();
  return { outcome: "failed", reason, certain: answer.status < 500 };
}

/** An answer whose body is not what the contract says. */
export class ContractBroken extends Error {}

/** Reads the body of an answer with its schema. Throws ContractBroken with the first place that is wrong. */
export function read<T>(schema: z.ZodType<T>, answer: Answer): T {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    throw new ContractBroken(`the body is not JSON: ${answer.text.slice(0, 80)}`);
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ContractBroken(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "wrong"}`);
}

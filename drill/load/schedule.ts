import { Random, Weighted } from "../shop/generator/random";

/** What a customer may want. Each arrival is one request of one kind. */
export const KINDS = [
  "page",
  "browse",
  "search",
  "product",
  "stock",
  "login",
  "register",
  "order",
  "repeat",
  "payment",
  "cancellation",
  "read",
  "list",
  "track",
  "review",
  "return",
  "statistics",
] as const;
export type Kind = (typeof KINDS)[number];

/**
 * Shares of all arrivals in percent. `repeat` is the double click: an order sent again under its key. One request in
 * twenty orders: several times what a shop sees, so that a short rehearsal has orders enough, and few enough that
 * looking around is what the shop is busy with.
 */
export const MIX: Readonly<Record<Kind, number>> = {
  page: 4,
  browse: 20,
  search: 12,
  product: 24.5,
  stock: 10,
  login: 2,
  register: 1,
  order: 5,
  repeat: 1,
  payment: 4.5,
  cancellation: 1,
  read: 5,
  list: 2,
  track: 5,
  review: 1.5,
  return: 1,
  statistics: 0.5,
};

export interface Arrival {
  /** Milliseconds after the start of the run. */
  readonly at: number;
  readonly kind: Kind;
}

/**
 * The endless list of arrivals: a Poisson process of `rate` requests a second, fixed by the seed alone. Nothing the
 * shop does moves an arrival, so a stall is met by every customer who would have met it (open loop).
 */
export function* arrivals(seed: number, rate: number): Generator<Arrival, never> {
  const random = new Random(seed, "arrivals");
  const kinds = new Weighted(
    KINDS,
    KINDS.map((kind) => MIX[kind]),
  );
  for (let at = 0; ; ) {
    at += random.exponential(rate / 1000);
    yield { at, kind: kinds.draw(random) };
  }
}

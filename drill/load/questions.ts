import { ANSWERS, ContractBroken, read } from "./contract";
import type { Answer } from "./http-client";
import { contradiction, knownOrder } from "./known";
import { reachable } from "./order-status";
import type { Meaning, Plan, Situation } from "./plan";
import type { Kind } from "./schedule";

type Question = (situation: Situation) => Plan | undefined;

/** Requests that change nothing. Each is undefined when no customer has what it takes to ask. */
export const QUESTIONS = {
  page,
  browse,
  search,
  product,
  stock,
  read: order,
  list,
  track,
  statistics,
} as const satisfies Partial<Record<Kind, Question>>;

function page(): Plan {
  return {
    kind: "page",
    request: { method: "GET", path: "/" },
    understand: (answer) => {
      if (!/text\/html/.test(answer.contentType) || !/<html/i.test(answer.text))
        throw new ContractBroken("the page is not HTML");
      return {};
    },
  };
}

function browse({ random, known }: Situation): Plan {
  const number = 1 + random.skewed(50, 1.2);
  return {
    kind: "browse",
    request: { method: "GET", path: `/api/products?page=${number}&size=20` },
    understand: (answer) => learnProducts(answer, known),
  };
}

function search({ random, known }: Situation): Plan | undefined {
  if (known.products.length === 0) return undefined;
  const word = random.pick(known.products).name.split(/\s+/)[0] ?? "";
  return {
    kind: "search",
    request: { method: "GET", path: `/api/products?query=${encodeURIComponent(word)}&page=1&size=20` },
    understand: (answer) => learnProducts(answer, known),
  };
}

function product({ random, known }: Situation): Plan | undefined {
  if (known.products.length === 0) return undefined;
  const { sku } = known.products[random.skewed(known.products.length)] ?? random.pick(known.products);
  return {
    kind: "product",
    request: { method: "GET", path: `/api/products/${encodeURIComponent(sku)}` },
    understand: (answer) => {
      const found = read(ANSWERS.product, answer);
      expectSame("product", sku, found.sku);
      return { remember: () => known.learnProduct(found.sku, found.name, found.available) };
    },
  };
}

function stock({ random, known }: Situation): Plan | undefined {
  if (known.products.length === 0) return undefined;
  const { sku } = known.products[random.skewed(known.products.length)] ?? random.pick(known.products);
  return {
    kind: "stock",
    request: { method: "GET", path: `/api/stock/${encodeURIComponent(sku)}` },
    understand: (answer) => {
      const found = read(ANSWERS.stock, answer);
      expectSame("stock", sku, found.sku);
      if (found.available < 0 || found.reserved < 0)
        throw new ContractBroken(`stock of ${sku}: ${found.available} available, ${found.reserved} reserved`);
      return { remember: () => known.learnProduct(sku, undefined, found.available) };
    },
  };
}

function order({ random, known }: Situation): Plan | undefined {
  const asked = known.anyOrder(random, ({ own }) => own);
  if (asked === undefined) return undefined;
  const before = asked.status;
  return {
    kind: "read",
    request: { method: "GET", path: `/api/orders/${asked.number}`, token: known.token(asked.email) },
    understand: (answer) => {
      const found = read(ANSWERS.order, answer);
      const wrong = contradiction(asked, before, found);
      if (wrong !== undefined) throw new ContractBroken(wrong);
      return {
        remember: () => {
          // Meanwhile another answer may have shown more.
          if (reachable(asked.status, found.status)) asked.status = found.status;
        },
      };
    },
  };
}

function list({ random, known }: Situation): Plan | undefined {
  const session = known.anySession(random);
  if (session === undefined) return undefined;
  return {
    kind: "list",
    request: { method: "GET", path: "/api/orders?size=20", token: session.token },
    understand: (answer) => {
      const { orders } = read(ANSWERS.list, answer);
      return {
        // Only orders that can be reviewed or returned are worth remembering.
        remember: () => {
          for (const each of orders)
            if (each.status === "delivered") known.addOrder(knownOrder(each, session.email, false));
        },
      };
    },
  };
}

function track({ random, known }: Situation): Plan | undefined {
  const asked = known.anyOrder(
    random,
    ({ own, status }) => own && status !== "cancelled" && status !== "expired",
  );
  if (asked === undefined) return undefined;
  const before = asked.events;
  return {
    kind: "track",
    request: { method: "GET", path: `/api/shipments/${asked.number}`, token: known.token(asked.email) },
    understand: (answer) => {
      const found = read(ANSWERS.shipment, answer);
      expectSame("shipment of order", asked.number, found.order);
      if (found.events.length < before)
        throw new ContractBroken(
          `order ${asked.number} had ${before} shipment events, now ${found.events.length}`,
        );
      return {
        remember: () => {
          asked.events = Math.max(asked.events, found.events.length);
        },
      };
    },
  };
}

function statistics(situation: Situation): Plan | undefined {
  const { people, staffToken } = situation;
  if (people.staff === undefined) return undefined;
  if (staffToken === undefined) {
    const { email, password } = people.staff;
    return {
      kind: "login",
      request: { method: "POST", path: "/api/login", body: { email, password } },
      understand: (answer) => {
        const { token } = read(ANSWERS.login, answer);
        return {
          remember: () => {
            situation.staffToken = token;
          },
        };
      },
    };
  }
  return {
    kind: "statistics",
    request: { method: "GET", path: "/api/statistics/orders?days=30", token: staffToken },
    understand: (answer) => {
      read(ANSWERS.statistics, answer);
      return {};
    },
  };
}

function learnProducts(answer: Answer, known: Situation["known"]): Meaning {
  const { products } = read(ANSWERS.products, answer);
  return {
    remember: () => {
      for (const { sku, name, available } of products) known.learnProduct(sku, name, available);
    },
  };
}

function expectSame(what: string, asked: string, got: string): void {
  if (asked !== got) throw new ContractBroken(`asked for ${what} ${asked}, got ${got}`);
}

import type { ItemRules } from "./compare-items";
import type { ExpectedItem } from "./expected";
import type { FoundCustomer, FoundReturn, FoundReview } from "./model";

type Others = (email: string) => boolean;

export function reviewRules(others: Others): ItemRules<ExpectedItem<"review">, FoundReview> {
  return {
    subject: "reviews",
    key: ({ text }) => text,
    name: ({ id, order }) => `review ${id} of order ${order ?? "unknown"}`,
    differences: ({ wish, deed }, found) => [
      ...unequal("order", wish.order, found.order),
      ...unequal("sku", wish.sku, found.sku),
      ...unequal("rating", wish.rating, found.rating),
      ...(deed === undefined ? [] : unequal("id", deed.id, String(found.id))),
    ],
    others: ({ email }) => others(email ?? ""),
  };
}

export function returnRules(others: Others): ItemRules<ExpectedItem<"return">, FoundReturn> {
  return {
    subject: "returns",
    key: ({ reason }) => reason,
    name: ({ id, order }) => `return ${id} of order ${order ?? "unknown"}`,
    differences: ({ wish, deed }, found) => [
      ...unequal("order", wish.order, found.order),
      ...unequal("sku", wish.sku, found.sku),
      ...unequal("quantity", wish.quantity, found.quantity),
      ...(deed === undefined ? [] : unequal("id", deed.id, String(found.id))),
    ],
    others: ({ email }) => others(email ?? ""),
  };
}

export function registrationRules(others: Others): ItemRules<ExpectedItem<"registration">, FoundCustomer> {
  return {
    subject: "registrations",
    key: ({ email }) => email ?? "",
    name: ({ id, email }) => `customer ${id} ${email ?? ""}`,
    differences: ({ deed }, found) => (deed === undefined ? [] : unequal("id", deed.id, String(found.id))),
    others: ({ email }) => others(email ?? ""),
  };
}

function unequal(what: string, was: string | number, is: string | number | null): string[] {
  return was === is ? [] : [`${what} ${was}, found ${is ?? "none"}`];
}

import type { Kind } from "./values";

interface Field {
  readonly kind: Kind;
  /** A row without it is rejected. */
  readonly required?: true;
}

/**
 * What a file can feed, and with which fields. `key` names the fields that tell two things apart; rows with the same key
 * are the same thing told again. Lines, events, reviews and returns have no key: each row is one.
 */
export const TARGETS = {
  customers: {
    key: ["key"],
    fields: {
      key: { kind: "text", required: true },
      email: { kind: "text" },
      name: { kind: "text" },
      phone: { kind: "text" },
      address: { kind: "text" },
      registered: { kind: "time" },
    },
  },
  products: {
    key: ["sku"],
    fields: {
      sku: { kind: "text", required: true },
      name: { kind: "text" },
      category: { kind: "text" },
      description: { kind: "text" },
      price: { kind: "decimal" },
      stock: { kind: "whole" },
      active: { kind: "text" },
      created: { kind: "time" },
    },
  },
  promotions: {
    key: ["code"],
    fields: {
      code: { kind: "text", required: true },
      description: { kind: "text" },
      percent: { kind: "decimal" },
      amount: { kind: "decimal" },
      minimum: { kind: "decimal" },
      validFrom: { kind: "time" },
      validTo: { kind: "time" },
    },
  },
  orders: {
    key: ["number"],
    fields: {
      number: { kind: "text", required: true },
      customer: { kind: "text" },
      name: { kind: "text" },
      email: { kind: "text" },
      phone: { kind: "text" },
      shipTo: { kind: "text" },
      placed: { kind: "time", required: true },
      paid: { kind: "time" },
      shipped: { kind: "time" },
      delivered: { kind: "time" },
      closed: { kind: "time" },
      status: { kind: "status", required: true },
      discount: { kind: "decimal" },
      total: { kind: "decimal" },
      currency: { kind: "text" },
      promotion: { kind: "text" },
      paymentMethod: { kind: "text" },
      note: { kind: "text" },
    },
  },
  lines: {
    key: [],
    fields: {
      order: { kind: "text", required: true },
      sku: { kind: "text", required: true },
      name: { kind: "text" },
      quantity: { kind: "whole", required: true },
      price: { kind: "decimal", required: true },
    },
  },
  shipments: {
    key: ["order", "tracking"],
    fields: {
      order: { kind: "text", required: true },
      carrier: { kind: "text" },
      tracking: { kind: "text" },
      status: { kind: "stage" },
      created: { kind: "time" },
      updated: { kind: "time" },
    },
  },
  events: {
    key: [],
    fields: {
      order: { kind: "text", required: true },
      at: { kind: "time", required: true },
      status: { kind: "stage", required: true },
      location: { kind: "text" },
    },
  },
  reviews: {
    key: [],
    fields: {
      order: { kind: "text", required: true },
      customer: { kind: "text" },
      sku: { kind: "text" },
      rating: { kind: "whole", required: true },
      text: { kind: "text" },
      created: { kind: "time" },
    },
  },
  returns: {
    key: [],
    fields: {
      order: { kind: "text", required: true },
      customer: { kind: "text" },
      sku: { kind: "text", required: true },
      quantity: { kind: "whole", required: true },
      reason: { kind: "text" },
      status: { kind: "text" },
      refund: { kind: "decimal" },
      created: { kind: "time" },
    },
  },
} as const satisfies Record<
  string,
  { readonly key: readonly string[]; readonly fields: Readonly<Record<string, Field>> }
>;

export type TargetName = keyof typeof TARGETS;
export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];

export function fieldsOf(target: TargetName): Readonly<Record<string, Field>> {
  return TARGETS[target].fields;
}

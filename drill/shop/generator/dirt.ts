import type { Random } from "./random";

/**
 * The dirt of a database that has grown for years: what is wrong, where, and how often. Kinds of one group touch the
 * same column and exclude each other, so each count is exact. Rates are shares of the rows of the table.
 */
export const DIRT = {
  // customers
  "email-capitals": { table: "customers", group: "email", rate: 0.02, what: "e-mail with capitals" },
  "email-blanks": { table: "customers", group: "email", rate: 0.01, what: "e-mail with blanks around" },
  "email-mailto": {
    table: "customers",
    group: "email",
    rate: 0.003,
    what: 'e-mail that begins with "mailto:"',
  },
  "email-at-in-words": {
    table: "customers",
    group: "email",
    rate: 0.002,
    what: 'e-mail with " (at) " for "@"',
  },
  "email-empty": { table: "customers", group: "email", rate: 0.004, what: "e-mail empty or NULL" },
  "email-nonsense": { table: "customers", group: "email", rate: 0.003, what: "e-mail that is none" },
  "customer-duplicate": {
    table: "customers",
    group: "identity",
    rate: 0.03,
    what: "a person registered before, same e-mail in another spelling",
  },
  "phone-format": {
    table: "customers",
    group: "phone",
    rate: 0.45,
    what: "phone number in a national or foreign spelling",
  },
  "phone-nonsense": { table: "customers", group: "phone", rate: 0.01, what: "phone number that is none" },
  "phone-missing": { table: "customers", group: "phone", rate: 0.15, what: "phone number NULL" },
  "address-unparsable": {
    table: "customers",
    group: "address",
    rate: 0.01,
    what: "address not as street, code and city",
  },
  "address-missing": { table: "customers", group: "address", rate: 0.02, what: "address NULL or blank" },
  "name-blanks": { table: "customers", group: "name", rate: 0.01, what: "name with blanks around" },
  "name-missing": { table: "customers", group: "name", rate: 0.002, what: "name NULL" },
  "role-empty": { table: "customers", group: "role", rate: 0.05, what: "role an empty text" },
  // products
  "product-price-missing": {
    table: "products",
    group: "price",
    rate: 0.004,
    what: "price NULL; the product is not sold",
  },
  "product-price-negative": {
    table: "products",
    group: "price",
    rate: 0.002,
    what: "price negative; the product is not sold",
  },
  "product-stock-missing": {
    table: "products",
    group: "price",
    rate: 0.004,
    what: "stock NULL; the product is not sold",
  },
  "product-stock-negative": {
    table: "products",
    group: "price",
    rate: 0.006,
    what: "stock negative; the product is not sold",
  },
  // promotions
  "promotion-duplicate": {
    table: "promotions",
    group: "promotion",
    rate: 0.06,
    what: "code of an earlier promotion in another spelling",
  },
  "promotion-without-value": {
    table: "promotions",
    group: "promotion",
    rate: 0.03,
    what: "neither percent nor amount",
  },
  // orders
  "currency-missing": { table: "orders", group: "currency", rate: 0.01, what: "currency NULL or empty" },
  "currency-sign": { table: "orders", group: "currency", rate: 0.02, what: 'currency "€"' },
  "status-spelling": { table: "orders", group: "status", rate: 0.02, what: "status in an old spelling" },
  "status-unknown": { table: "orders", group: "status", rate: 0.0005, what: "status nobody knows" },
  "lines-price-number": {
    table: "orders",
    group: "lines",
    rate: 0.02,
    what: "price of a line a JSON number",
  },
  "lines-price-comma": {
    table: "orders",
    group: "lines",
    rate: 0.01,
    what: "price of a line with a decimal comma",
  },
  "lines-quantity-text": {
    table: "orders",
    group: "lines",
    rate: 0.01,
    what: "quantity of a line a JSON text",
  },
  "lines-blanks": { table: "orders", group: "lines", rate: 0.02, what: "JSON with blanks" },
  "lines-broken": { table: "orders", group: "lines", rate: 0.0008, what: "lines that are not JSON" },
  "lines-empty": { table: "orders", group: "lines", rate: 0.0003, what: "no line at all" },
  "lines-unknown-sku": {
    table: "orders",
    group: "lines",
    rate: 0.001,
    what: "a line with a SKU that is no product",
  },
  "lines-negative-quantity": {
    table: "orders",
    group: "lines",
    rate: 0.0006,
    what: "a line with a negative quantity",
  },
  "total-differs": {
    table: "orders",
    group: "total",
    rate: 0.001,
    what: "total is not the lines less the discount",
  },
  "total-missing": { table: "orders", group: "total", rate: 0.0003, what: "total NULL" },
  "total-decimals": {
    table: "orders",
    group: "total",
    rate: 0.003,
    what: "total with more than two decimals",
  },
  "discount-missing": {
    table: "orders",
    group: "discount",
    rate: 0.1,
    what: "discount NULL where there is none",
  },
  "promotion-typed": {
    table: "orders",
    group: "code",
    rate: 0.03,
    what: "promotion code in another spelling",
  },
  "promotion-unknown": {
    table: "orders",
    group: "code",
    rate: 0.002,
    what: "promotion code of no promotion",
  },
  "customer-unknown": { table: "orders", group: "customer", rate: 0.001, what: "customer number of nobody" },
  "customer-missing": {
    table: "orders",
    group: "customer",
    rate: 0.02,
    what: "order of a guest, customer NULL",
  },
  "time-skipped": {
    table: "orders",
    group: "time",
    rate: 0.0005,
    what: "placed in the hour that clocks skip in March",
  },
  "time-repeated": {
    table: "orders",
    group: "time",
    rate: 0.0005,
    what: "a time in the hour that comes twice in October",
  },
  "time-impossible": { table: "orders", group: "time", rate: 0.0005, what: "delivered before it was placed" },
  "time-missing": { table: "orders", group: "time", rate: 0.0002, what: "placed NULL" },
  // shipments
  "shipment-duplicate": {
    table: "shipments",
    group: "shipment",
    rate: 0.001,
    what: "second shipment of an order",
  },
  "shipment-orphan": {
    table: "shipments",
    group: "shipment",
    rate: 0.0005,
    what: "shipment of an unknown order",
  },
  "events-broken": {
    table: "shipments",
    group: "events",
    rate: 0.001,
    what: "a line of events that cannot be read",
  },
  "events-blank-line": {
    table: "shipments",
    group: "events",
    rate: 0.004,
    what: "an empty line among the events",
  },
  // reviews and after-sales
  "review-orphan": { table: "reviews", group: "review", rate: 0.002, what: "review of an unknown order" },
  "review-rating": { table: "reviews", group: "review", rate: 0.002, what: "rating outside 1 to 5" },
  "review-text-missing": { table: "reviews", group: "review", rate: 0.05, what: "review without text" },
  "return-orphan": { table: "after_sales", group: "return", rate: 0.003, what: "return of an unknown order" },
  "return-quantity": {
    table: "after_sales",
    group: "return",
    rate: 0.003,
    what: "return of no or fewer pieces",
  },
  "return-status-missing": { table: "after_sales", group: "return", rate: 0.02, what: "status NULL" },
  "refund-missing": { table: "after_sales", group: "return", rate: 0.02, what: "refund NULL" },
} as const satisfies Record<string, { table: string; group: string; rate: number; what: string }>;

export type DirtKind = keyof typeof DIRT;
export type DirtGroup = (typeof DIRT)[DirtKind]["group"];
export type DirtCounts = Record<DirtKind, number>;

type KindOf<G extends DirtGroup> = {
  [K in DirtKind]: (typeof DIRT)[K]["group"] extends G ? K : never;
}[DirtKind];

const GROUPS = new Map<string, { readonly kind: DirtKind; readonly below: number }[]>();
for (const [kind, { group, rate }] of Object.entries(DIRT)) {
  const list = GROUPS.get(group) ?? [];
  list.push({ kind: kind as DirtKind, below: (list.at(-1)?.below ?? 0) + rate });
  GROUPS.set(group, list);
}

/** Which kind of a group, if any, falls on a row. One draw, whatever comes of it. */
export function drawDirt<G extends DirtGroup>(group: G, random: Random): KindOf<G> | undefined {
  const value = random.unit();
  const list = GROUPS.get(group) ?? [];
  if (value >= (list.at(-1)?.below ?? 0)) return undefined;
  return list.find(({ below }) => value < below)?.kind as KindOf<G>;
}

export function noDirt(): DirtCounts {
  return Object.fromEntries(Object.keys(DIRT).map((kind) => [kind, 0])) as DirtCounts;
}

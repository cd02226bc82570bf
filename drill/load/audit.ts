import pg from "pg";
import { type Census, existingModels } from "./audit/census";
import { ItemComparison, type ItemRules } from "./audit/compare-items";
import { OrderComparison } from "./audit/compare-orders";
import { StockComparison } from "./audit/compare-stock";
import { type Expected, expected, type Outcome } from "./audit/expected";
import { registrationRules, returnRules, reviewRules } from "./audit/item-rules";
import type { FoundCustomer, FoundReturn, FoundReview, Model, TextRow } from "./audit/model";
import { type Counts, type Detail, SUBJECTS, type Subject, Tally } from "./audit/tally";
import { readLedger } from "./ledger-reader";

export { type Census, takeCensus } from "./audit/census";

export interface AuditOptions {
  readonly databaseUrl: string;
  readonly ledger: string;
  /** What was there before the load began. */
  readonly census: Census;
  /** Schemas to audit. Default: every one that is there. */
  readonly models?: readonly string[];
  /** True for e-mails of people made by others than the load, such as a verification. Default: nobody. */
  readonly others?: (email: string) => boolean;
}

export interface ModelAudit {
  readonly model: string;
  readonly subjects: Readonly<Record<Subject, Counts>>;
  /** Orders of people other than the load's customers. */
  readonly others: number;
  /** Orders nobody knew the outcome of: how many, and how many are there. */
  readonly unknown: { readonly asked: number; readonly found: number };
  readonly stock: { readonly products: number; readonly wrong: number };
  /** Minor units: what acknowledged orders cost together, by the ledger and by the database. */
  readonly money: { readonly acknowledged: number; readonly found: number };
}

/** `orders` sums up the models: acknowledged once, faults of all. The verdict is "passed" when nothing at all is wrong. */
export interface AuditResult {
  readonly version: 1;
  readonly verdict: "passed" | "failed";
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly altered: number;
  readonly unexpected: number;
  readonly models: readonly ModelAudit[];
  readonly details: readonly Detail[];
}

/** Rows fetched at a time; bounds the memory. */
const BATCH = 10_000;

/** Compares the ledger with the database. To be called when no customer is at work any more. */
export async function audit(options: AuditOptions): Promise<AuditResult> {
  const { entries } = await readLedger(options.ledger);
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    // One snapshot, so that workers that still run do not confuse the sums.
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const there = await existingModels(client);
    const wanted = there.filter(({ schema }) => options.models?.includes(schema) ?? true);
    const missing = options.models?.filter((name) => !there.some(({ schema }) => schema === name)) ?? [];
    if (wanted.length === 0 || missing.length > 0)
      throw new Error(`nothing to audit: ${missing.join(", ") || "no data model"} is not in the database`);
    const results: ModelAudit[] = [];
    const details: Detail[] = [];
    for (const model of wanted) {
      const { result, tally } = await auditModel(client, model, expected(entries), options);
      results.push(result);
      details.push(...tally.details);
    }
    return sumUp(results, details);
  } finally {
    await client.end();
  }
}

async function auditModel(
  client: pg.Client,
  model: Model,
  known: Expected,
  { census, others = () => false }: AuditOptions,
): Promise<{ result: ModelAudit; tally: Tally }> {
  const tally = new Tally(model.schema);
  const orders = new OrderComparison(known.orders, tally, others);
  const stock = new StockComparison(census);
  for await (const row of rows(client, model.orders, census.newest.orders)) {
    const found = model.readOrder(row);
    orders.add(found);
    stock.sold(found);
  }
  orders.finish();

  const items = async <E extends { key: string; outcome: Outcome }, F>(
    wanted: ReadonlyMap<string, E>,
    rules: ItemRules<E, F>,
    query: string,
    after: number,
    read: (row: TextRow) => F,
  ): Promise<void> => {
    const comparison = new ItemComparison(wanted, tally, rules);
    for await (const row of rows(client, query, after)) comparison.add(read(row));
    comparison.finish();
  };
  const { newest } = census;
  await items(known.reviews, reviewRules(others), model.reviews, newest.reviews, readReview);
  await items(known.returns, returnRules(others), model.returns, newest.returns, readReturn);
  await items(
    known.registrations,
    registrationRules(others),
    model.customers,
    newest.customers,
    readCustomer,
  );

  const givenUp = await client.query(model.givenUp, [census.open.map(({ id }) => id)]);
  stock.givenUp(new Set(givenUp.rows.map(({ id }) => Number(id))));
  const now = new Map((await client.query(model.stock)).rows.map((row) => [row.sku, Number(row.stock)]));
  const wrong = stock.differences(now);
  for (const { sku, expected: wanted, found } of wrong)
    tally.detail("stock", "altered", sku, `stock must be ${wanted}, found ${found}`);

  const all = [...known.orders.values()];
  const acknowledged = all.filter(({ outcome }) => outcome === "acknowledged");
  const result: ModelAudit = {
    model: model.schema,
    subjects: tally.subjects,
    others: orders.sums.others,
    unknown: {
      asked: all.filter(({ outcome }) => outcome === "unknown").length,
      found: orders.sums.unknownFound,
    },
    stock: { products: now.size, wrong: wrong.length },
    money: {
      acknowledged: acknowledged.reduce((sum, { deed }) => sum + (deed?.total ?? 0), 0),
      found: orders.sums.money,
    },
  };
  return { result, tally };
}

function sumUp(models: readonly ModelAudit[], details: readonly Detail[]): AuditResult {
  const sum = (fault: keyof Counts): number =>
    models.reduce(
      (total, { subjects }) => total + SUBJECTS.reduce((part, subject) => part + subjects[subject][fault], 0),
      0,
    );
  const faults = {
    lost: sum("lost"),
    doubled: sum("doubled"),
    altered: sum("altered"),
    unexpected: sum("unexpected"),
  };
  const clean =
    Object.values(faults).every((count) => count === 0) &&
    models.every(({ stock, money }) => stock.wrong === 0 && money.acknowledged === money.found);
  return {
    version: 1,
    verdict: clean ? "passed" : "failed",
    acknowledged: models[0]?.subjects.orders.acknowledged ?? 0,
    ...faults,
    models,
    details,
  };
}

async function* rows(client: pg.Client, query: string, after: number): AsyncGenerator<TextRow> {
  for (let last: number | string = after; ; ) {
    const batch: TextRow[] = (await client.query(query, [last, BATCH])).rows;
    yield* batch;
    if (batch.length < BATCH) return;
    last = batch[batch.length - 1]?.id as string;
  }
}

function readReview(row: TextRow): FoundReview {
  const { id, order = null, email = null, sku, rating, text } = row;
  return { id: Number(id), order, email, sku: sku ?? "", rating: Number(rating), text: text ?? "" };
}

function readReturn(row: TextRow): FoundReturn {
  const { id, order = null, email = null, sku, quantity, reason } = row;
  return { id: Number(id), order, email, sku: sku ?? "", quantity: Number(quantity), reason: reason ?? "" };
}

function readCustomer({ id, email = null }: TextRow): FoundCustomer {
  return { id: Number(id), email };
}

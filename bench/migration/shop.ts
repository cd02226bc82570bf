import { readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { createBookkeeping } from "../../jobs/migrate/bookkeeping";
import { readCatalogue } from "../../jobs/migrate/declarations/catalogue";
import type { Model } from "../../jobs/migrate/declarations/model";
import { resolveModel } from "../../jobs/migrate/declarations/resolve";
import type { Subject } from "../../jobs/migrate/open";
import { comparisonStatement } from "../../jobs/migrate/sql/comparison";
import { loadStatement } from "../../jobs/migrate/sql/load";
import { PLANS } from "../../jobs/migrate/sql/names";
import { boundsOf, EVERYTHING } from "../../jobs/migrate/sql/range";
import { loadRelease } from "../../releases/load";
import { loadMappings } from "../../releases/mapping";

const RELEASES = path.resolve(__dirname, "../../releases");

export const subject = (): Subject => ({
  releasesDirectory: RELEASES,
  from: loadRelease(RELEASES, "3.2.0"),
  to: loadRelease(RELEASES, "4.0.0"),
});

export async function prepareModels(client: pg.Client): Promise<void> {
  for (const release of ["3.2.0", "4.0.0"])
    await client.query(readFileSync(path.join(RELEASES, release, "schema.sql"), "utf8"));
}

/** Orders of two to three lines of 1,000 articles and a customer for every four orders. */
export async function fillOrders(client: pg.Client, rows: number): Promise<void> {
  const customers = Math.ceil(rows / 4);
  await client.query(
    `
INSERT INTO shop_v3.products (sku, name, price, stock, active) SELECT 'A-' || n, 'Article ' || n, 9.99, 1000000, 'yes' FROM generate_series(1, 1000) n;
INSERT INTO shop_v3.customers (id, email, name, phone, address) SELECT n, 'c' || n || '@shop.example', 'Name ' || n, '+49170' || 1000000 + n, 'Street 1, 12345 City' FROM generate_series(1, ${customers}) n;
INSERT INTO shop_v3.orders (id, number, customer_id, lines, discount, total, currency, status, created, paid, shipped, payment_method, payment_state)
SELECT n, 'N' || n, 1 + n % ${customers}, '[' || (SELECT string_agg(format('{"sku":"A-%s","name":"Article","qty":%s,"price":"%s"}', 1 + (n + i * 17) % 1000, i, round((n % 5000 + 100) / 100.0, 2)), ',') FROM generate_series(1, 2 + n % 2) i) || ']',
       0, (n % 20000) / 100.0, 'EUR', 'shipped', timestamp '2022-01-01' + n * interval '1 minute', timestamp '2022-01-02' + n * interval '1 minute', timestamp '2022-01-03' + n * interval '1 minute', 'card', 'captured'
  FROM generate_series(1, ${rows}) n;
SELECT setval('shop_v3.order_id', ${rows}), setval('shop_v3.customer_id', ${customers});
VACUUM ANALYZE;`.replace("VACUUM ANALYZE;", ""),
  );
  await client.query("VACUUM ANALYZE");
}

/**
 * Seconds one connection takes for the same transformation of all orders in one plain statement, into tables as bare as
 * the engine's, without triggers, ledger or chunks. It is rolled back.
 */
export async function plainLoad(client: pg.Client): Promise<number> {
  const model = await modelOf(client);
  let seconds = 0;
  await client.query("BEGIN");
  await client.query(PLANS);
  await createBookkeeping(client);
  const bare = await client.query<{ sql: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS sql FROM pg_constraint
      WHERE contype = 'f' AND connamespace = 'shop_v4'::regnamespace
     UNION ALL SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      WHERE NOT i.indisunique AND c.relnamespace = 'shop_v4'::regnamespace`,
  );
  for (const { sql } of bare.rows) await client.query(sql);
  for (const name of ["customers", "products", "promotions", "orders"]) {
    const source = model.sources.find(({ table }) => table === name);
    if (source === undefined) continue;
    const began = performance.now();
    await client.query(loadStatement(source, EVERYTHING), boundsOf(EVERYTHING));
    if (name === "orders") seconds = (performance.now() - began) / 1000;
  }
  await client.query("ROLLBACK");
  await client.query("VACUUM");
  return seconds;
}

/** Seconds one plain statement takes that counts and hashes both sides of all orders. */
export async function plainComparison(client: pg.Client, model: Model): Promise<number> {
  const source = model.sources.find(({ table }) => table === "orders");
  if (source === undefined) throw new Error("there is no source orders");
  await client.query("BEGIN");
  await client.query(PLANS);
  const began = performance.now();
  await client.query(comparisonStatement(source, EVERYTHING), boundsOf(EVERYTHING));
  const seconds = (performance.now() - began) / 1000;
  await client.query("ROLLBACK");
  return seconds;
}

async function modelOf(client: pg.Client): Promise<Model> {
  const { from, to, releasesDirectory } = subject();
  return resolveModel(
    loadMappings(releasesDirectory, to.version),
    {
      release: from.version,
      schema: from.dataModel.schema,
      catalogue: await readCatalogue(client, from.dataModel.schema),
    },
    {
      release: to.version,
      schema: to.dataModel.schema,
      catalogue: await readCatalogue(client, to.dataModel.schema),
    },
  );
}

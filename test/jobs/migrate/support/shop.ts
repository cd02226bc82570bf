import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { type PostgresServer, temporaryPostgres } from "../../../../drill/postgres/server";
import { type Database, openDatabase } from "../../../../jobs/frame/database";
import type { Subject } from "../../../../jobs/migrate/open";
import { loadRelease } from "../../../../releases/load";

export const RELEASES = path.resolve(__dirname, "../../../../releases");

export interface Shop {
  readonly server: PostgresServer;
  readonly url: string;
  readonly database: Database;
  readonly subject: Subject;
  readonly client: pg.Client;
  stop(): Promise<void>;
}

export const subjectOf = (from: string, to: string, directory = RELEASES): Subject => ({
  releasesDirectory: directory,
  from: loadRelease(directory, from),
  to: loadRelease(directory, to),
});

/** A server with both empty models. */
export async function emptyShop(name = "postgres", server?: PostgresServer): Promise<Shop> {
  const own = server ?? (await temporaryPostgres());
  if (name !== "postgres") {
    const admin = new pg.Client(own.url());
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
  }
  const url = own.url(name);
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  for (const release of ["3.2.0", "4.0.0"])
    await client.query(readFileSync(path.join(RELEASES, release, "schema.sql"), "utf8"));
  const database = openDatabase(url, { name: "test" });
  return {
    server: own,
    url,
    database,
    client,
    subject: subjectOf("3.2.0", "4.0.0"),
    async stop() {
      await client.end().catch(() => undefined);
      await database.close("now");
      if (server === undefined) await own.stop("immediate");
    },
  };
}

export interface Amounts {
  readonly customers: number;
  readonly products: number;
  readonly orders: number;
  /** One row in this many is dirty in some way; 0 is none. */
  readonly dirt: number;
}

/** Fills the old model, with every kind of dirt its description names. The same amounts give the same rows. */
export async function fillOldModel(client: pg.ClientBase, amounts: Amounts): Promise<void> {
  const { customers, products, orders, dirt } = amounts;
  const dirty = (salt: number, kinds: number, kind: number): string =>
    dirt === 0 ? "false" : `(n + ${salt}) % ${dirt} = 0 AND (n + ${salt}) / ${dirt} % ${kinds} = ${kind}`;
  await client.query(`
INSERT INTO shop_v3.products (sku, name, category, description, price, stock, active, created, updated)
SELECT 'A-' || n, 'Article ' || n, 'C' || n % 7, NULL,
       CASE WHEN ${dirty(1, 3, 0)} THEN NULL WHEN ${dirty(1, 3, 1)} THEN -5 WHEN ${dirty(1, 3, 2)} THEN 9.999 ELSE (n % 9000 + 100) / 100.0 END,
       CASE WHEN ${dirty(3, 2, 0)} THEN -3 WHEN ${dirty(3, 2, 1)} THEN NULL ELSE n % 500 END,
       (ARRAY['yes', NULL, 'no'])[1 + n % 3], timestamp '2020-01-01' + n * interval '17 minutes', timestamp '2021-03-28 02:30' + n * interval '3 days'
  FROM generate_series(1, ${products}) n;
INSERT INTO shop_v3.promotions (id, code, description, percent, amount, minimum, valid_from, valid_to) VALUES
  (1, 'SPRING', 'Ten percent', 10, NULL, NULL, '2025-03-01', '2025-03-30 02:30'), (2, ' summer ', 'Five euros', NULL, 5, 20, NULL, NULL),
  (3, 'Spring', 'Never used', 20, NULL, NULL, NULL, NULL), (4, NULL, 'No code', 5, NULL, NULL, NULL, NULL), (5, 'BOTH', 'Both', 5, 5, NULL, NULL, NULL),
  (6, 'ODD', 'Odd', 12.345, NULL, 9.999, NULL, NULL);
SELECT setval('shop_v3.promotion_id', 6);
INSERT INTO shop_v3.customers (id, email, name, phone, address, role, password_hash, registered)
SELECT n, CASE WHEN ${dirty(0, 7, 0)} THEN ' C' || n || '@Shop.Example ' WHEN ${dirty(0, 7, 1)} THEN 'mailto:c' || n || '@shop.example'
               WHEN ${dirty(0, 7, 2)} THEN 'c' || n || ' (at) shop.example' WHEN ${dirty(0, 7, 3)} THEN '' WHEN ${dirty(0, 7, 4)} THEN 'nonsense'
               WHEN ${dirty(0, 7, 5)} THEN NULL WHEN ${dirty(0, 7, 6)} THEN 'C' || greatest(1, n / 2) || '@shop.example' ELSE 'c' || n || '@shop.example' END,
       CASE WHEN ${dirty(2, 2, 0)} THEN NULL WHEN ${dirty(2, 2, 1)} THEN ' Name ' || n ELSE 'Name ' || n END,
       CASE WHEN ${dirty(4, 4, 0)} THEN '0170/' || 1000000 + n WHEN ${dirty(4, 4, 1)} THEN '0049 170 ' || 1000000 + n WHEN ${dirty(4, 4, 2)} THEN 'none'
            WHEN ${dirty(4, 4, 3)} THEN NULL ELSE '+49170' || 1000000 + n END,
       CASE WHEN ${dirty(5, 4, 0)} THEN 'somewhere' WHEN ${dirty(5, 4, 1)} THEN '  ' WHEN ${dirty(5, 4, 2)} THEN NULL WHEN ${dirty(5, 4, 3)} THEN 'Lane 1,12345  City'
            ELSE 'Street ' || n || ', ' || 10000 + n % 80000 || ' City' END,
       CASE WHEN n = 1 THEN 'staff' WHEN n % 10 = 0 THEN NULL WHEN ${dirty(6, 1, 0)} THEN '' ELSE 'customer' END, 'hash' || n,
       CASE WHEN ${dirty(7, 3, 0)} THEN NULL WHEN ${dirty(7, 3, 1)} THEN timestamp '2025-03-30 02:15' WHEN ${dirty(7, 3, 2)} THEN timestamp '2025-10-26 02:30:00.123456'
            ELSE timestamp '2019-01-01' + n * interval '97 seconds' END
  FROM generate_series(1, ${customers}) n;
SELECT setval('shop_v3.customer_id', ${Math.max(1, customers)});
INSERT INTO shop_v3.orders (id, number, customer_id, customer_name, customer_email, customer_phone, ship_to, lines, discount, total, currency, promotion,
                            status, created, paid, shipped, delivered, closed, payment_method, payment_reference, payment_state, payment_key, idempotency_key, note)
SELECT n, 'N' || n, CASE WHEN ${dirty(0, 9, 0)} THEN NULL WHEN ${dirty(0, 9, 1)} THEN 99999999 ELSE 1 + (n * 7919) % ${Math.max(1, customers)} END,
       'Name', 'mail', NULL, 'Street 1, 12345 City',
       CASE WHEN ${dirty(0, 9, 2)} THEN '[{"sku":"A-1","qty"' WHEN ${dirty(0, 9, 3)} THEN '[ {"sku": "A-1", "name": "Lamp", "qty": "2", "price": "19,90"} ]'
            WHEN ${dirty(0, 9, 4)} THEN '[{"sku":"A-2","name":"Lamp","qty":2,"price":9.5}]' WHEN ${dirty(0, 9, 5)} THEN NULL WHEN ${dirty(0, 9, 6)} THEN '[{"sku":"nowhere","name":"x","qty":1,"price":"1.00"}]'
            WHEN ${dirty(0, 9, 7)} THEN '[{"sku":"A-1","name":"Bad \\u0000 byte","qty":1,"price":"1.00"}]' WHEN ${dirty(0, 9, 8)} THEN '{}'
            ELSE '[' || (SELECT string_agg(format('{"sku":"A-%s","name":"Article %s","qty":%s,"price":"%s"}', 1 + (n * 31 + i * 17) % ${products}, i, 1 + (n + i) % 3,
                          round(((n * 13 + i) % 5000 + 100) / 100.0, 2)), ',' ORDER BY i) FROM generate_series(1, 1 + n % 4) i) || ']' END,
       CASE WHEN ${dirty(2, 2, 0)} THEN NULL WHEN ${dirty(2, 2, 1)} THEN 1.005 WHEN n % 5 = 0 THEN 5 ELSE 0 END,
       CASE WHEN ${dirty(8, 3, 0)} THEN NULL WHEN ${dirty(8, 3, 1)} THEN -1 WHEN ${dirty(8, 3, 2)} THEN 99.999 ELSE (n % 20000) / 100.0 END,
       CASE WHEN ${dirty(3, 4, 0)} THEN NULL WHEN ${dirty(3, 4, 1)} THEN '€' WHEN ${dirty(3, 4, 2)} THEN '' WHEN ${dirty(3, 4, 3)} THEN 'Euro' ELSE 'EUR' END,
       CASE WHEN n % 5 = 0 THEN (ARRAY['SPRING', 'summer', ' Spring', 'unknown'])[1 + n / 5 % 4] END,
       CASE WHEN ${dirty(4, 9, 0)} THEN 'canceled' WHEN ${dirty(4, 9, 1)} THEN ' Paid ' WHEN ${dirty(4, 9, 2)} THEN 'complete' WHEN ${dirty(4, 9, 3)} THEN 'bezahlt'
            WHEN ${dirty(4, 9, 4)} THEN 'versendet' WHEN ${dirty(4, 9, 5)} THEN 'storniert' WHEN ${dirty(4, 9, 6)} THEN 'what?' WHEN ${dirty(4, 9, 7)} THEN NULL WHEN ${dirty(4, 9, 8)} THEN 'DELIVERED'
            ELSE (ARRAY['placed', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'cancelled', 'expired', 'returned'])[1 + n % 9] END,
       CASE WHEN ${dirty(5, 3, 0)} THEN timestamp '2025-10-26 02:30' WHEN ${dirty(5, 3, 1)} THEN timestamp '2025-03-30 02:30' WHEN ${dirty(5, 3, 2)} THEN NULL
            ELSE timestamp '2022-01-01' + n * interval '61 seconds' END,
       CASE WHEN n % 9 BETWEEN 1 AND 5 THEN timestamp '2022-01-02' + n * interval '61 seconds' END,
       CASE WHEN n % 9 BETWEEN 2 AND 5 THEN timestamp '2022-01-03' + n * interval '61 seconds' END, NULL,
       CASE WHEN n % 9 > 5 THEN timestamp '2022-01-04' + n * interval '61 seconds' END,
       CASE WHEN n % 9 > 0 THEN 'card' END, CASE WHEN n % 9 > 0 OR ${dirty(6, 1, 0)} THEN 'ref' || n END, CASE WHEN n % 9 > 0 THEN 'captured' END, NULL,
       CASE WHEN n % 2 = 0 THEN 'key' || n END, CASE WHEN n % 50 = 0 THEN 'note' END
  FROM generate_series(1, ${orders}) n;
SELECT setval('shop_v3.order_id', ${Math.max(1, orders)});
INSERT INTO shop_v3.shipments (id, order_number, carrier, tracking, status, events, created, updated)
SELECT n, CASE WHEN ${dirty(0, 5, 0)} THEN 'nowhere' WHEN ${dirty(0, 5, 1)} THEN 'N1' ELSE 'N' || n * 2 END, CASE WHEN ${dirty(1, 1, 0)} THEN NULL ELSE 'DHL' END, 'T' || n,
       CASE WHEN ${dirty(0, 5, 2)} THEN ' Delivered' WHEN ${dirty(0, 5, 3)} THEN 'lost?' ELSE 'in-transit' END,
       CASE WHEN ${dirty(0, 5, 4)} THEN 'garbage' WHEN ${dirty(2, 3, 0)} THEN NULL WHEN ${dirty(2, 3, 1)} THEN '' WHEN ${dirty(2, 3, 2)} THEN '2025-03-30 02:30:00|announced|' || E'\\n'
            ELSE to_char(timestamp '2022-01-03' + n * interval '61 seconds', 'YYYY-MM-DD HH24:MI:SS') || '|announced|' || E'\\n2025-10-26 02:10:11|in-transit|Leipzig' END,
       timestamp '2022-01-03' + n * interval '61 seconds', timestamp '2022-01-05' + n * interval '61 seconds'
  FROM generate_series(1, ${Math.floor(orders / 2)}) n;
SELECT setval('shop_v3.shipment_id', ${Math.max(1, Math.floor(orders / 2))});
INSERT INTO shop_v3.reviews (id, order_number, customer_id, sku, rating, text, created)
SELECT n, CASE WHEN ${dirty(0, 3, 0)} THEN 'nowhere' ELSE 'N' || n * 5 END, 1 + n % ${Math.max(1, customers)}, CASE WHEN ${dirty(0, 3, 1)} THEN 'none' ELSE 'A-' || 1 + n % ${products} END,
       CASE WHEN ${dirty(0, 3, 2)} THEN 9 ELSE 1 + n % 5 END, CASE WHEN n % 7 = 0 THEN NULL ELSE 'fine' END, timestamp '2022-02-01' + n * interval '1 hour'
  FROM generate_series(1, ${Math.floor(orders / 5)}) n;
SELECT setval('shop_v3.review_id', ${Math.max(1, Math.floor(orders / 5))});
INSERT INTO shop_v3.after_sales (id, order_number, customer_id, sku, quantity, reason, status, refund, created)
SELECT n, 'N' || n * 10, 1 + n % ${Math.max(1, customers)}, 'A-' || 1 + n % ${products}, CASE WHEN ${dirty(0, 2, 0)} THEN 0 ELSE 1 END, CASE WHEN n % 3 = 0 THEN NULL ELSE 'broken' END,
       CASE WHEN ${dirty(0, 2, 1)} THEN NULL ELSE 'accepted' END, CASE WHEN n % 4 = 0 THEN NULL ELSE 4.5 END, timestamp '2022-02-01' + n * interval '1 hour'
  FROM generate_series(1, ${Math.floor(orders / 10)}) n;
SELECT setval('shop_v3.return_id', ${Math.max(1, Math.floor(orders / 10))});
INSERT INTO shop_v3.work (worker, kind, subject) SELECT 'orders', 'capture', 'N' || n FROM generate_series(1, ${Math.min(50, orders)}) n;
ANALYZE;`);
}

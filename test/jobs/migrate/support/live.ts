import pg from "pg";

/** A source of numbers that gives the same ones for the same seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

const LINES = [
  '[{"sku":"A-1","name":"Lamp","qty":2,"price":"19.90"}]',
  '[{"sku":"A-2","name":"Chair","qty":1,"price":"5.00"},{"sku":"A-3","name":"Table","qty":3,"price":"7.77"}]',
  '[{"sku":"A-1","name":"Lamp","qty":"1","price":"19,90"}]',
  "broken {",
  '[{"sku":"nowhere","name":"x","qty":1,"price":"1.00"}]',
  "[]",
];
const STATUS = ["placed", "paid", "shipped", "delivered", "cancelled", " Paid", "versendet", "?"];
const CLEAN = ["placed", "paid", "cancelled", "expired"];

type Random = (below: number) => number;
type Write = (client: pg.ClientBase, random: Random, tag: string) => Promise<unknown>;
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;
const anOrder = (random: Random, schema: string): string =>
  `(SELECT id FROM ${schema}.orders ORDER BY id OFFSET ${random(40)} LIMIT 1)`;

/** What programs of the old release, imports and hands do to the old model. */
export const OLD_WRITES: readonly Write[] = [
  (client, random, tag) =>
    client.query(
      // The old release names customers that are there; history also holds some that never were.
      "INSERT INTO shop_v3.orders (number, customer_id, lines, total, status, currency, promotion, payment_method) VALUES ($1, (SELECT COALESCE(min(id), 9000000) FROM shop_v3.customers WHERE id >= $2), $3, $4, $5, $6, $7, $8)",
      [
        `L${tag}`,
        1 + random(30),
        pick(random, LINES),
        random(9) === 0 ? null : random(9999) / 100,
        pick(random, STATUS),
        pick(random, ["EUR", "€", null]),
        pick(random, [null, "SPRING", "?"]),
        pick(random, [null, "card"]),
      ],
    ),
  (client, random, tag) =>
    client.query("INSERT INTO shop_v3.customers (email, name, phone, address) VALUES ($1, $2, $3, $4)", [
      pick(random, [`c${1 + random(40)}@shop.example`, ` L${tag}@X.example`, null, "nonsense"]),
      pick(random, ["Name", null, " Blank "]),
      pick(random, ["0170/123456", "+49170123456", "x", null]),
      pick(random, ["Street 1, 12345 City", "somewhere", "  ", null]),
    ]),
  (client, random) =>
    client.query(
      `UPDATE shop_v3.orders SET status = $1, shipped = localtimestamp WHERE id = ${anOrder(random, "shop_v3")}`,
      [pick(random, STATUS)],
    ),
  (client, random) =>
    client.query(`UPDATE shop_v3.orders SET lines = $1 WHERE id = ${anOrder(random, "shop_v3")}`, [
      pick(random, LINES),
    ]),
  (client, random) =>
    client.query("UPDATE shop_v3.products SET stock = stock - 1, price = price + 0.01 WHERE sku = $1", [
      `A-${1 + random(10)}`,
    ]),
  (client, random) =>
    client.query("UPDATE shop_v3.customers SET phone = $1, email = $2 WHERE id = $3", [
      pick(random, ["0171 999999", null, "+49171999999"]),
      pick(random, [`c${1 + random(40)}@shop.example`, `new${random(99)}@x.example`]),
      1 + random(30),
    ]),
  (client, random) =>
    client.query(
      `INSERT INTO shop_v3.shipments (order_number, carrier, status, events) SELECT number, 'DHL', 'announced', $1 FROM shop_v3.orders WHERE id = ${anOrder(random, "shop_v3")}`,
      [pick(random, ["2025-03-01 14:03:22|in-transit|Leipzig", null, "garbage"])],
    ),
  (client, random) =>
    client.query(
      "UPDATE shop_v3.shipments SET events = concat_ws(E'\\n', events, '2025-10-26 02:30:00|delivered|'), status = 'delivered' WHERE id = (SELECT id FROM shop_v3.shipments ORDER BY id OFFSET $1 LIMIT 1)",
      [random(10)],
    ),
  (client, random) =>
    client.query(
      `INSERT INTO shop_v3.reviews (order_number, customer_id, sku, rating) SELECT number, customer_id, 'A-1', $1 FROM shop_v3.orders WHERE id = ${anOrder(random, "shop_v3")}`,
      [random(7)],
    ),
  (client, _random, tag) =>
    client.query("INSERT INTO shop_v3.work (worker, kind, subject) VALUES ('orders', 'capture', $1)", [
      `old${tag}`,
    ]),
  (client, random) =>
    client.query(
      "DELETE FROM shop_v3.work WHERE id = (SELECT id FROM shop_v3.work ORDER BY id OFFSET $1 LIMIT 1)",
      [random(5)],
    ),
];

/** What programs of the new release do to the new model, each in one transaction. */
export const NEW_WRITES: readonly Write[] = [
  (client, random, tag) =>
    client.query(
      `WITH o AS (INSERT INTO shop_v4.orders (number, total_minor, status) VALUES ($1, $2, 'placed') RETURNING id),
            l AS (INSERT INTO shop_v4.order_lines (order_id, position, sku, name, quantity, price_minor) SELECT id, 1, 'A-1', 'Lamp', 2, $2 FROM o)
       INSERT INTO shop_v4.reservations (order_id, position, sku, quantity) SELECT id, 1, 'A-1', 2 FROM o`,
      [`M${tag}`, random(5000)],
    ),
  async (client, random) => {
    const status = pick(random, CLEAN);
    await client.query("BEGIN");
    const { rows } = await client.query<{ id: string }>(
      `UPDATE shop_v4.orders SET status = $1, originals = originals - 'status' WHERE id = (SELECT id FROM shop_v4.orders WHERE status IN ('placed', 'paid') ORDER BY id OFFSET $2 LIMIT 1)
          -- Asked again once the row is ours: no release brings back an order that another has given up meanwhile.
          AND status IN ('placed', 'paid') RETURNING id`,
      [status, random(20)],
    );
    if (rows[0] !== undefined && (status === "cancelled" || status === "expired"))
      await client.query("DELETE FROM shop_v4.reservations WHERE order_id = $1", [rows[0].id]);
    await client.query("COMMIT");
  },
  (client, random) =>
    client.query(
      `INSERT INTO shop_v4.payments (order_id, method, state) SELECT id, 'card', 'captured' FROM shop_v4.orders WHERE id = ${anOrder(random, "shop_v4")}
       ON CONFLICT (order_id) DO UPDATE SET state = 'refunded'`,
    ),
  (client, random) =>
    client.query(
      "UPDATE shop_v4.stock SET available = available + 1, originals = originals - 'stock' WHERE sku = $1",
      [`A-${1 + random(10)}`],
    ),
  (client, random, tag) =>
    client.query("INSERT INTO shop_v4.customers (email, name) VALUES ($1, 'New') ON CONFLICT DO NOTHING", [
      random(2) === 0 ? `m${tag}@x.example` : `c${1 + random(40)}@shop.example`,
    ]),
  (client, random) =>
    client.query("UPDATE shop_v4.customers SET name = $1, originals = originals - 'name' WHERE id = $2", [
      `Name ${random(9)}`,
      1 + random(30),
    ]),
  (client, random) =>
    client.query(
      `INSERT INTO shop_v4.shipment_events (shipment_id, position, at, status)
       SELECT s.id, (SELECT count(*) + 1 FROM shop_v4.shipment_events e WHERE e.shipment_id = s.id), now(), 'in-transit'
         FROM shop_v4.shipments s WHERE NOT COALESCE(s.originals ? 'events', false) ORDER BY s.id OFFSET $1 LIMIT 1 ON CONFLICT DO NOTHING`,
      [random(10)],
    ),
  (client, _random, tag) =>
    client.query("INSERT INTO shop_v4.work (worker, kind, subject) VALUES ('orders', 'refund', $1)", [
      `new${tag}`,
    ]),
  (client, random) =>
    client.query(
      "UPDATE shop_v4.work SET claimed_by = 'me', attempts = attempts + 1 WHERE id = (SELECT id FROM shop_v4.work ORDER BY id OFFSET $1 LIMIT 1)",
      [random(5)],
    ),
];

export interface Writers {
  /** Writes that were acknowledged. */
  readonly written: () => number;
  /** Writes that failed for a reason other than a conflict a program repeats. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

/** Writers on the sides given that go on until they are stopped, as programs do: a conflict is tried again. */
export function startWriters(
  url: string,
  seed: number,
  sides: readonly (readonly Write[])[],
  pause = 0,
): Writers {
  let running = true;
  let written = 0;
  const failures: string[] = [];
  const work = async (writes: readonly Write[], index: number): Promise<void> => {
    const random = numbers(seed * 31 + index);
    let client: pg.Client | undefined;
    for (let turn = 0; running; turn += 1) {
      try {
        if (client === undefined) {
          client = new pg.Client({ connectionString: url, statement_timeout: 30_000 });
          client.on("error", () => undefined);
          await client.connect();
        }
        await pick(random, writes)(client, random, `${seed}-${index}-${turn}`);
        written += 1;
      } catch (problem) {
        const { code = "", message } = problem as { code?: string; message: string };
        await client?.query("ROLLBACK").catch(() => undefined);
        if (/^(57|08|ECONN|53)/.test(code) || /terminated|not queryable|closed/.test(message)) {
          await client?.end().catch(() => undefined);
          client = undefined;
          await new Promise((done) => setTimeout(done, 50));
        } else if (!["40P01", "40001", "55P03"].includes(code)) failures.push(`${code} ${message}`);
      }
      if (pause > 0) await new Promise((done) => setTimeout(done, pause));
      else await new Promise((done) => setImmediate(done));
    }
    await client?.end().catch(() => undefined);
  };
  const all = sides.map(work);
  return {
    written: () => written,
    failures,
    async stop() {
      running = false;
      await Promise.all(all);
    },
  };
}

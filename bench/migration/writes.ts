import pg from "pg";

/** What release 3.2.0 writes for an order: one INSERT, one UPDATE of stock a line, and later a change of its state. */
const PLACE = `INSERT INTO shop_v3.orders (number, customer_id, lines, discount, total, currency, status)
 VALUES ($1, $2, '[{"sku":"A-1","name":"Lamp","qty":1,"price":"19.90"},{"sku":"A-2","name":"Chair","qty":1,"price":"5.00"}]', 0, 24.90, 'EUR', 'placed') RETURNING id`;
const STOCK = "UPDATE shop_v3.products SET stock = stock - 1 WHERE sku = $1";
const PAY =
  "UPDATE shop_v3.orders SET status = 'paid', paid = localtimestamp, payment_method = 'card', payment_state = 'captured' WHERE id = $1";

let turns = 0;

/** Orders a second that two connections place and pay in three seconds. */
export async function liveWrites(url: string, seconds = 3): Promise<number> {
  turns += 1;
  const turn = turns;
  let orders = 0;
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    [0, 1].map(async (writer) => {
      const client = new pg.Client(url);
      await client.connect();
      for (let index = 0; performance.now() < until; index += 1) {
        await client.query("BEGIN");
        const { rows } = await client.query<{ id: string }>({
          name: "place",
          text: PLACE,
          values: [`W${turn}-${writer}-${index}`, 1 + (index % 100)],
        });
        await client.query({
          name: "stock",
          text: STOCK,
          values: [`A-${10 + writer * 400 + (index % 400)}`],
        });
        await client.query("COMMIT");
        await client.query({ name: "pay", text: PAY, values: [rows[0]?.id] });
        orders += 1;
      }
      await client.end();
    }),
  );
  return orders / seconds;
}

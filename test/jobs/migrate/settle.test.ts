import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryPostgres } from "../../../drill/postgres/server";
import { settle, statementsAtOnce } from "../../../jobs/migrate/expand/settle";

let server: Awaited<ReturnType<typeof temporaryPostgres>>;
const clients: pg.Client[] = [];
const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client(server.url());
  await client.connect();
  client.on("error", () => {});
  clients.push(client);
  return client;
};
beforeAll(async () => {
  server = await temporaryPostgres();
});
afterAll(async () => {
  await Promise.allSettled(clients.map((client) => client.end()));
  await server.stop("immediate");
});

describe("before the load begins", () => {
  it("sessions that are busier than before are waited for", async () => {
    const client = await connect();
    const order: string[] = [];
    const busy = Promise.all(
      Array.from({ length: 5 }, async () => (await connect()).query("SELECT pg_sleep(1)")),
    ).then(() => order.push("served"));
    while ((await statementsAtOnce(client)) < 2);
    await settle(client, 0).then(() => order.push("loading"));
    await busy;
    expect(order).toEqual(["served", "loading"]);
  });

  it("nobody is waited for who was as busy before, or who never ends", async () => {
    const client = await connect();
    const ended: string[] = [];
    const sessions = await Promise.all(Array.from({ length: 5 }, connect));
    const busy = sessions.map((one) => one.query("SELECT pg_sleep(60)").catch(() => ended.push("ended")));
    while ((await statementsAtOnce(client)) < 4);
    await settle(client, 5);
    await settle(client, 0);
    expect(ended).toEqual([]);
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'",
    );
    await Promise.all(busy);
  });
});

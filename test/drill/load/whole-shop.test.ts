import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit, takeCensus } from "../../../drill/load/audit";
import { readCustomersFile } from "../../../drill/load/customers-file";
import { startLoad } from "../../../drill/load/load";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { inventory } from "../../../drill/shop/3.2.0/inventory/program";
import { logistics } from "../../../drill/shop/3.2.0/logistics/program";
import { orders } from "../../../drill/shop/3.2.0/orders/program";
import { statistics } from "../../../drill/shop/3.2.0/statistics/program";
import { web } from "../../../drill/shop/3.2.0/web/program";
import { type RunningProgram, startProgram } from "../../../drill/shop/common/program";
import { writeCustomersFile } from "../../../drill/shop/generator/customers-file";
import { generate } from "../../../drill/shop/generator/generate";
import { startCarrier } from "../../../drill/shop/outside/carrier";
import { startPaymentProvider } from "../../../drill/shop/outside/payment";
import { startFront } from "./shop-front";

let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  server = await temporaryPostgres();
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-whole-shop-"));
});
afterAll(async () => {
  await server.stop("immediate");
  rmSync(folder, { recursive: true, force: true });
});

it("customers use release 3.2.0 on generated data without a failure, and the audit finds everything again", async () => {
  const databaseUrl = server.url();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(readFileSync(path.join("releases", "3.2.0", "schema.sql"), "utf8"));
  const customers = path.join(folder, "customers.json");
  writeCustomersFile(customers, await generate({ databaseUrl, orders: 1_500, seed: 5 }));
  const census = await takeCensus(databaseUrl);

  const behaviour = { latencyMs: [0, 0] as const, failureRate: 0.05, seed: "load" };
  const payment = await startPaymentProvider({ ...behaviour, declineRate: 0.05 });
  const carrier = await startCarrier({ ...behaviour, stageMs: 100 });
  const variables = {
    PORT: "0",
    HOST: "127.0.0.1",
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: "test-secret",
    PAYMENT_URL: payment.url,
    CARRIER_URL: carrier.url,
    SHIPMENT_POLL_MS: "100",
    STOCK_UPDATE_MS: "200",
    STOP_DELAY_MS: "0",
    LOG_LEVEL: "fatal",
  };
  const stock = await startProgram(inventory, "service", variables);
  const more = { ...variables, INVENTORY_URL: `http://127.0.0.1:${stock.port}` };
  const programs: Record<string, RunningProgram> = { inventory: stock };
  for (const [name, program] of Object.entries({ orders, logistics, statistics, web }))
    programs[name] = await startProgram(program, "service", more);
  const workers = await Promise.all(
    [orders, logistics, inventory].map((program) => startProgram(program, "worker", more)),
  );
  const front = await startFront(
    Object.fromEntries(
      Object.entries(programs).map(([name, { port }]) => [name, `http://127.0.0.1:${port}`]),
    ),
  );

  const ledger = path.join(folder, "ledger.jsonl");
  const people = readCustomersFile(customers);
  let requests = 0;
  let enough = (): void => {};
  const busy = new Promise<void>((done) => {
    enough = done;
  });
  const load = await startLoad({
    address: front.address,
    rate: 40,
    // A busy machine must not look like a shop that fails.
    timeout: 60_000,
    seed: 11,
    ledger,
    people,
    onProgress: (progress) => {
      requests = progress.requests;
      if (requests >= 320) enough();
    },
  });
  await busy;
  const summary = await load.stop();
  await Promise.all([...workers, ...Object.values(programs)].map((each) => each.stop()));
  await Promise.all([front.stop(), payment.stop(), carrier.stop()]);

  expect(summary.reasons).toEqual([]);
  expect(summary).toMatchObject({ failed: 0, unknown: 0, releases: { "3.2.0": summary.requests } });
  const result = await audit({ databaseUrl, ledger, census });
  expect(result.details).toEqual([]);
  expect(result.verdict).toBe("passed");
  expect(result.acknowledged).toBe(summary.orders);
  expect(summary.orders).toBeGreaterThan(10);

  // One order taken away behind everybody's back, and the very same audit fails.
  await client.query("DELETE FROM shop_v3.orders WHERE id = (SELECT max(id) FROM shop_v3.orders)");
  expect(await audit({ databaseUrl, ledger, census })).toMatchObject({
    verdict: "failed",
    lost: expect.any(Number),
  });
  await client.end();
}, 120_000);

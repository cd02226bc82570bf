import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { audit } from "./support/audit";
import { NEW_WRITES, OLD_WRITES, startWriters, type Writers } from "./support/live";
import { finished, migrateShop } from "./support/run";
import { emptyShop, fillOldModel } from "./support/shop";

const RUNS = process.env.NIGHTLY === "1" ? 300 : 20;

let server: PostgresServer;
let made = 0;
beforeAll(async () => {
  server = await temporaryPostgres({ settings: { deadlock_timeout: "100ms" } });
});
afterAll(() => server?.stop("immediate"));

it(
  `random data, random writes on both sides, a random kill: the models agree and every row is accounted for (${RUNS} runs)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(1_000_000),
          customers: fc.integer({ min: 0, max: 60 }),
          products: fc.integer({ min: 3, max: 20 }),
          orders: fc.integer({ min: 0, max: 150 }),
          dirt: fc.integer({ min: 0, max: 12 }),
          chunkRows: fc.integer({ min: 100, max: 400 }),
          killAfter: fc.integer({ min: 20, max: 900 }),
        }),
        async ({ seed, chunkRows, killAfter, ...amounts }) => {
          made += 1;
          const shop = await emptyShop(`property_${made}`, server);
          const writers: Writers[] = [];
          try {
            await fillOldModel(shop.client, amounts);
            writers.push(startWriters(shop.url, seed, [OLD_WRITES], 3));
            const say = (message: string): void => {
              if (message === "loading" && writers.length === 1)
                writers.push(startWriters(shop.url, seed + 1, [NEW_WRITES], 3));
            };
            await migrateShop(shop, { chunkRows, killAfter, say });
            const result = await finished(shop, { chunkRows, say });
            expect(result.found).toEqual([]);
            for (const one of writers) await one.stop();
            expect(writers.flatMap(({ failures }) => failures)).toEqual([]);
            expect(await audit(shop.database, result.opened.model)).toEqual([]);
          } finally {
            for (const one of writers) await one.stop();
            await shop.stop();
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  (RUNS > 20 ? 120 : 30) * 60_000,
);

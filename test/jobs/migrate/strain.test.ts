import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { audit } from "./support/audit";
import { OLD_WRITES, startWriters } from "./support/live";
import { finished } from "./support/run";
import { emptyShop, fillOldModel, type Shop } from "./support/shop";

const AMOUNTS = { customers: 150, products: 30, orders: 900, dirt: 9 };

let server: PostgresServer;
let made = 0;
beforeAll(async () => {
  server = await temporaryPostgres({ settings: { deadlock_timeout: "100ms" } });
});
afterAll(() => server?.stop("immediate"));
afterEach(() => {
  vi.useRealTimers();
});

async function shopOnServer(work: (shop: Shop) => Promise<void>): Promise<void> {
  made += 1;
  const shop = await emptyShop(`strain_${made}`, server);
  try {
    await fillOldModel(shop.client, AMOUNTS);
    await work(shop);
  } finally {
    await shop.stop();
  }
}

/** Does something once the engine says that it has come so far. */
function when(wanted: string, work: () => void): (message: string) => void {
  let done = false;
  return (message) => {
    if (done || message !== wanted) return;
    done = true;
    work();
  };
}

describe("a migration waits out", () => {
  it.each([
    ["a full disk", "53100", "could not extend file: No space left on device"],
    [
      "a server that takes no writes for a while",
      "25006",
      "cannot execute INSERT in a read-only transaction",
    ],
  ])("%s, and goes on when there is room", async (_, code, message) =>
    shopOnServer(async (shop) => {
      // What the server says then, until somebody makes room.
      await shop.client.query(
        `CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION '${message}' USING ERRCODE = '${code}'; END $$;
         CREATE TRIGGER no_room BEFORE INSERT ON shop_v4.reviews FOR EACH ROW EXECUTE FUNCTION public.no_room()`,
      );
      let refused = 0;
      const result = await finished(shop, {
        say: (said) => {
          if (said.startsWith("trying again:") && refused++ === 1)
            void shop.client.query("DROP TRIGGER no_room ON shop_v4.reviews");
        },
      });
      expect(refused).toBeGreaterThan(1);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }),
  );

  it("a customer's transaction that holds rows of a chunk, and lets other customers pass meanwhile", () =>
    shopOnServer(async (shop) => {
      const slow = new pg.Client(shop.url);
      const other = new pg.Client(shop.url);
      await Promise.all([slow.connect(), other.connect()]);
      let held: Promise<number> | undefined;
      const hold = async (): Promise<number> => {
        await slow.query("BEGIN");
        await slow.query("UPDATE shop_v3.products SET name = 'slow' WHERE sku = 'A-3'");
        let longest = 0;
        for (let write = 0; write < 20; write += 1) {
          const began = performance.now();
          await other.query("UPDATE shop_v3.products SET name = $1 WHERE sku = 'A-4'", [`quick ${write}`]);
          longest = Math.max(longest, performance.now() - began);
        }
        await slow.query("COMMIT");
        return longest;
      };
      const result = await finished(shop, {
        say: when("loading", () => {
          held = hold();
        }),
      });
      expect(await held).toBeLessThan(5000);
      await Promise.all([slow.end(), other.end()]);
      const { rows } = await shop.client.query(
        "SELECT name FROM shop_v4.products WHERE sku IN ('A-3', 'A-4') ORDER BY sku",
      );
      expect(rows).toEqual([{ name: "slow" }, { name: "quick 19" }]);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }));
});

describe("a migration is not confused by", () => {
  it("a clock that jumps back and forth", () =>
    shopOnServer(async (shop) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      const writers = startWriters(shop.url, 5, [OLD_WRITES], 5);
      let jumps = 0;
      const jump = (): void => {
        jumps += 1;
        vi.setSystemTime(new Date(Date.now() + (jumps % 2 === 0 ? 3 : -2) * 86_400_000));
      };
      const result = await finished(shop, { chunkRows: 100, say: jump });
      await writers.stop();
      expect(jumps).toBeGreaterThan(5);
      expect(result.seconds).toBeGreaterThan(0);
      expect(result.seconds).toBeLessThan(3600);
      expect(writers.failures).toEqual([]);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }));

  it("a second copy of the job: one works, the other finds nothing left to do", () =>
    shopOnServer(async (shop) => {
      const results = await Promise.all([
        finished(shop, { lockTries: 600 }),
        finished(shop, { lockTries: 600 }),
      ]);
      const chunks = results.map(({ backfill }) => backfill.chunks).sort((a, b) => a - b);
      expect(chunks[0]).toBe(0);
      expect(chunks[1]).toBeGreaterThan(0);
      const { rows } = await shop.client.query("SELECT 1 FROM order_upgrade.chunk WHERE claims > 1");
      expect(rows).toEqual([]);
      for (const { opened } of results) expect(await audit(shop.database, opened.model)).toEqual([]);
    }));
});

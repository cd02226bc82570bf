import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../../drill/images/bundle";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { spawnNode } from "../../../drill/process/leash";
import { contractModel } from "../../../jobs/contract/contract";
import { open } from "../../../jobs/migrate/open";
import { revertAll } from "../../../jobs/revert/revert";
import { audit } from "./support/audit";
import { NEW_WRITES, numbers, OLD_WRITES, startWriters, type Writers } from "./support/live";
import { contentOf, finished, migrateShop } from "./support/run";
import { emptyShop, fillOldModel, RELEASES, type Shop } from "./support/shop";

const NIGHTLY = process.env.NIGHTLY === "1";
const AMOUNTS = { customers: 150, products: 30, orders: 900, dirt: 9 };
const KILLS = NIGHTLY ? 50 : 20;
/** Milliseconds between two writes of one program: without, four of them take nine tenths of two cores from the migration. */
const PAUSE = NIGHTLY ? 0 : 2;
const ROOT = path.resolve(__dirname, "../../..");

let server: PostgresServer;
let made = 0;
let folder: string;
/** The job as one file, which starts at once. */
let command: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-trouble-"));
  command = path.join(folder, "migrate.cjs");
  writeFileSync(command, (await bundle(ROOT, "bench/migration/job.ts")).contents);
  server = await temporaryPostgres({ settings: { deadlock_timeout: "100ms" } });
});
afterAll(async () => {
  await server?.stop("immediate");
  rmSync(folder, { recursive: true, force: true });
});

async function shopOnServer(work: (shop: Shop) => Promise<void>): Promise<void> {
  made += 1;
  const shop = await emptyShop(`trouble_${made}`, server);
  try {
    await fillOldModel(shop.client, AMOUNTS);
    await work(shop);
  } finally {
    await shop.stop();
  }
}

/** Lets the writers do some more before they stop. */
async function enough(writers: Writers, more: number): Promise<void> {
  const aim = writers.written() + more;
  while (writers.written() < aim) await new Promise((done) => setTimeout(done, 20));
}

describe("a migration survives", () => {
  it(
    `SIGKILL of its process at ${KILLS} random instants, under live writes`,
    () =>
      shopOnServer(async (shop) => {
        const random = numbers(7);
        const writers = startWriters(shop.url, 7, [OLD_WRITES], 2);
        for (let kill = 0; kill < KILLS; kill += 1) {
          const job = spawnNode(
            command,
            ["run", "--release", "4.0.0", "--releases", RELEASES, "--chunk-rows", "100"],
            {
              env: { ...process.env, DATABASE_URL: shop.url },
            },
          );
          const ended = once(job, "exit");
          job.stderr?.resume();
          // The instant is counted from the first sign of work, not from the start of the process; most of the work
          // is done within half a second, so that most kills meet a chunk, an index or a comparison.
          if (job.stdout) await Promise.race([once(job.stdout, "data"), ended]);
          job.stdout?.resume();
          await Promise.race([new Promise((done) => setTimeout(done, random(500))), ended]);
          job.kill("SIGKILL");
          await ended;
        }
        const result = await finished(shop, { chunkRows: 100 });
        expect(result.comparison.equal).toBe(true);
        // Each killed job leaves no more than the chunks it had in flight, two at a time.
        const { rows } = await shop.client.query<{ redone: number }>(
          "SELECT COALESCE(sum(claims - 1), 0)::int AS redone FROM order_upgrade.chunk",
        );
        expect(rows[0]?.redone).toBeLessThanOrEqual(2 * KILLS);
        await writers.stop();
        expect(writers.failures).toEqual([]);
        expect(await audit(shop.database, result.opened.model)).toEqual([]);
      }),
    300_000,
  );

  it("connections cut in the middle of transactions", () =>
    shopOnServer(async (shop) => {
      let cuts = 0;
      const cutting = setInterval(() => {
        void shop.client
          .query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'order-upgrade migrate' AND query LIKE 'WITH judged AS%INSERT INTO "shop_v4"%' LIMIT 1`,
          )
          .then(({ rowCount }) => {
            cuts += rowCount ?? 0;
            if (cuts >= 5) clearInterval(cutting);
          });
      }, 40);
      const result = await finished(shop, { chunkRows: 100 }).finally(() => clearInterval(cutting));
      expect(result.comparison.equal).toBe(true);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }));

  it("a crash of the server", async () => {
    const own = await temporaryPostgres();
    const shop = await emptyShop("postgres", own);
    try {
      await fillOldModel(shop.client, AMOUNTS);
      const killed = migrateShop(shop, {
        chunkRows: 100,
        say: (message) => {
          if (message === "loading")
            void shop.client
              .query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'checkpointer'",
              )
              .catch(() => undefined);
        },
      }).catch((problem: unknown) => problem);
      await killed;
      const client = new pg.Client(own.url());
      client.on("error", () => undefined);
      await client.connect();
      await client.end();
      const result = await finished(shop);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    } finally {
      await shop.stop();
      await own.stop("immediate");
    }
  });

  it("a transaction that stays open for long and holds rows of the old model", () =>
    shopOnServer(async (shop) => {
      const slow = new pg.Client(shop.url);
      await slow.connect();
      await slow.query("BEGIN");
      await slow.query("UPDATE shop_v3.orders SET note = 'slow' WHERE id = 5");
      let patient = 0;
      const result = await finished(shop, {
        say: (message) => {
          // The triggers cannot be made while it lasts; customers must not queue behind the attempt.
          if (message.includes("giving way") && patient++ === 0) void slow.query("COMMIT");
        },
      });
      expect(patient).toBeGreaterThan(0);
      await slow.end();
      const { rows } = await shop.client.query("SELECT note FROM shop_v4.orders WHERE id = 5");
      expect(rows).toEqual([{ note: "slow" }]);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }));

  it("writes on both sides at once, also of the same rows, while it loads and afterwards", () =>
    shopOnServer(async (shop) => {
      const old = startWriters(shop.url, 3, [OLD_WRITES, OLD_WRITES], PAUSE);
      let next: Writers | undefined;
      const result = await finished(shop, {
        chunkRows: 100,
        say: (message) => {
          if (message === "loading") next = startWriters(shop.url, 4, [NEW_WRITES, NEW_WRITES], PAUSE);
        },
      });
      if (next !== undefined) await enough(next, 100);
      // In the middle of it all: one snapshot, no false alarm.
      for (let turn = 0; turn < 3; turn += 1)
        expect(await audit(shop.database, result.opened.model)).toEqual([]);
      await old.stop();
      await next?.stop();
      expect([...old.failures, ...(next?.failures ?? [])]).toEqual([]);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }));

  it("orders that come before the customers they name are loaded: nothing is left to repair", () =>
    shopOnServer(async (shop) => {
      const orders = `INSERT INTO shop_v3.orders (number, customer_id, lines, total, status, currency)
        SELECT 'early' || n, n, '[]', 0, 'placed', 'EUR' FROM generate_series(1, 100) n`;
      await shop.client.query(
        `CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
         CREATE TRIGGER slowly AFTER INSERT ON shop_v4.customers FOR EACH STATEMENT EXECUTE FUNCTION public.slowly()`,
      );
      let early: Promise<unknown> = Promise.resolve();
      const result = await finished(shop, {
        chunkRows: 100,
        say: (message) => {
          if (message === "loading") early = shop.client.query(orders);
        },
      });
      await early;
      expect(result.found).toEqual([]);
      const { rows } = await shop.client.query(
        "SELECT count(*)::int AS known FROM shop_v4.orders WHERE number LIKE 'early%' AND customer_id IS NOT NULL",
      );
      expect(rows).toEqual([{ known: 100 }]);
      expect(await audit(shop.database, result.opened.model)).toEqual([]);
    }));

  it("transactions with an old snapshot: what they miss is looked at again", () =>
    shopOnServer(async (shop) => {
      const old = new pg.Client(shop.url);
      await old.connect();
      let begun: Promise<unknown> = Promise.resolve();
      const result = await finished(shop, {
        say: (message) => {
          if (message === "loading") begun = old.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
          if (message.startsWith("orders is loaded"))
            begun = begun
              .then(() => old.query("DELETE FROM shop_v3.work WHERE id = 3; COMMIT"))
              .catch(() => old.query("ROLLBACK"));
        },
      });
      await begun;
      await old.end();
      expect(result.comparison.equal).toBe(true);
    }));
});

// Each has a database of its own.
describe.concurrent("at any instant", () => {
  it("the way back leaves the old model as customers made it", () =>
    shopOnServer(async (shop) => {
      for (const killAfter of [150, 400, 900]) {
        await migrateShop(shop, { chunkRows: 100, killAfter });
        const before = await contentOf(shop, "shop_v3");
        await revertAll({
          database: shop.database,
          oldSchema: "shop_v3",
          newSchema: "shop_v4",
          patience: { lockTimeout: 500 },
          say: () => {},
        });
        expect(await contentOf(shop, "shop_v3")).toEqual(before);
        const { rows } = await shop.client.query(
          "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'order_upgrade%' UNION ALL SELECT nspname FROM pg_namespace WHERE nspname IN ('shop_v4', 'order_upgrade')",
        );
        expect(rows).toEqual([]);
        await shop.client.query("UPDATE shop_v3.products SET stock = 1 WHERE sku = 'A-1'");
        await shop.client.query(
          (await import("node:fs")).readFileSync(path.join(RELEASES, "4.0.0", "schema.sql"), "utf8"),
        );
      }
    }));

  it("the way back keeps what the new release wrote, and refuses where it could not", () =>
    shopOnServer(async (shop) => {
      await finished(shop);
      await shop.client.query(
        "INSERT INTO shop_v4.customers (email, name) VALUES ('kept@x.example', 'Kept')",
      );
      await shop.client.query(
        "ALTER TABLE shop_v3.customers ADD CONSTRAINT test CHECK (name <> 'Unwritable')",
      );
      await shop.client.query(
        "INSERT INTO shop_v4.customers (email, name) VALUES ('lost@x.example', 'Unwritable')",
      );
      const back = {
        database: shop.database,
        oldSchema: "shop_v3",
        newSchema: "shop_v4",
        patience: { lockTimeout: 500 },
        say: () => {},
      };
      await expect(revertAll(back)).rejects.toThrow(
        /1 rows written by the new release could not be written to the old model/,
      );
      await revertAll({ ...back, acceptLoss: true });
      const { rows } = await shop.client.query(
        "SELECT name FROM shop_v3.customers WHERE email LIKE '%@x.example'",
      );
      expect(rows).toEqual([{ name: "Kept" }]);
    }));

  it("the end can be interrupted: removing the old model goes on where it stopped, and numbers go on", () =>
    shopOnServer(async (shop) => {
      const result = await finished(shop);
      const before = await contentOf(shop, "shop_v4");
      const highest = await shop.client.query<{ id: string }>(
        "INSERT INTO shop_v3.customers (name) VALUES ('last') RETURNING id",
      );
      const blocker = new pg.Client(shop.url);
      await blocker.connect();
      await blocker.query("BEGIN; LOCK TABLE shop_v3.work IN ACCESS SHARE MODE");
      const client = await shop.database.connect();
      await expect(
        contractModel(client, {
          opened: result.opened,
          patience: { lockTimeout: 50, tries: 2 },
          say: () => {},
        }),
      ).rejects.toThrow(/lock timeout/);
      await blocker.query("COMMIT");
      await blocker.end();
      await contractModel(client, {
        opened: await open(client, shop.subject),
        patience: { lockTimeout: 500 },
        say: () => {},
      });
      await client.end();
      const { rows } = await shop.client.query(
        "SELECT nspname FROM pg_namespace WHERE nspname IN ('shop_v3', 'order_upgrade')",
      );
      expect(rows).toEqual([]);
      const after = await contentOf(shop, "shop_v4");
      expect({ ...after, customers: "" }).toEqual({ ...before, customers: "" });
      const next = await shop.client.query<{ id: string }>(
        "INSERT INTO shop_v4.customers (name) VALUES ('next') RETURNING id",
      );
      expect(Number(next.rows[0]?.id)).toBe(Number(highest.rows[0]?.id) + 1);
    }));
});

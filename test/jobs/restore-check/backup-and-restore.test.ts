import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, temporaryPostgres } from "../../../drill/postgres/server";
import { backup } from "../../../jobs/backup";
import { restoreCheck } from "../../../jobs/restore-check";
import { type ObjectStorage, startObjectStorage } from "../support/object-storage";
import { physicalCopy } from "../support/physical-copy";
import { holding, tryStep } from "../support/run";
import { type SmallShop, smallShop } from "../support/small-shop";
import { sql } from "../support/sql";

const ROWS = 20_000;
let original: PostgresServer;
let copy: PostgresServer;
let storage: ObjectStorage;
let shop: SmallShop;
let live: string;
let open: pg.Client;

const variables = (extra: Record<string, string> = {}): Record<string, string> => ({
  RELEASES_DIRECTORY: shop.directory,
  RELEASE_CURRENT: "1.0.0",
  RELEASE_NEXT: "2.0.0",
  RELEASE: "2.0.0",
  DATABASE_URL: live,
  BACKUP_BUCKET: "backups",
  BACKUP_PREFIX: "test/2.0.0/1/export",
  ...extra,
});

const makeBackup = (parameters: object = {}) =>
  tryStep({ step: "backup", work: backup, storage, variables: variables(), parameters });

const check = () =>
  tryStep({
    step: "restore-check",
    work: restoreCheck,
    storage,
    variables: variables({ SCRATCH_DATABASE_URL: copy.url(), EVIDENCE_PREVIOUS: "backup" }),
  });

beforeAll(async () => {
  shop = smallShop();
  [original, storage] = await Promise.all([temporaryPostgres(), startObjectStorage()]);
  await sql(original.url(), "CREATE DATABASE shop");
  live = original.url("shop");
  const { readFileSync } = await import("node:fs");
  await sql(live, readFileSync(`${shop.directory}/1.0.0/schema.sql`, "utf8"));
  await sql(
    live,
    `INSERT INTO small_v1.products SELECT 'SKU-' || n, 100 FROM generate_series(1, 50) n;
     INSERT INTO small_v1.orders (sku, quantity, cents, note)
       SELECT 'SKU-' || (n % 50 + 1), 1, n, E'tab\\t, line\\n, slash \\\\ und Ümläut ' || n FROM generate_series(1, ${ROWS}) n`,
  );
  // A customer's transaction that is in flight while the snapshot is taken, and commits afterwards.
  open = new pg.Client({ connectionString: live });
  await open.connect();
  await open.query("BEGIN");
  await open.query(
    "INSERT INTO small_v1.orders (sku, quantity, cents, note) VALUES ('SKU-1', 1, 1, 'in flight')",
  );
  await sql(live, "UPDATE small_v1.orders SET status = 'paid' WHERE id % 7 = 0");
  copy = await physicalCopy(original);
  await open.query("COMMIT");
  await sql(
    live,
    `UPDATE small_v1.orders SET status = 'shipped' WHERE id % 11 = 0;
     INSERT INTO small_v1.orders (sku, quantity, cents) SELECT 'SKU-2', 2, n FROM generate_series(1, 100) n;
     DELETE FROM small_v1.products WHERE sku = 'SKU-999'`,
  );
});

afterAll(async () => {
  await open.end();
  await Promise.all([original.stop(), copy.stop(), storage.close()]);
  shop.remove();
});

describe("backup", () => {
  test("exports the data sets with counts and checksums, and stores the manifest last", async () => {
    const { code, evidence } = await makeBackup();
    expect([code, evidence.summary]).toEqual([0, expect.stringContaining("2 data sets")]);
    expect(evidence.figures.rows).toBe(ROWS + 101 + 50);
    const puts = storage.requests.filter(({ method }) => method === "PUT").map(({ url }) => url);
    const manifest = puts.findIndex((url) => url.includes("export/manifest.json"));
    expect(puts.slice(manifest + 1).some((url) => url.includes(".copy.gz"))).toBe(false);
  });

  test("exports only the chosen data sets and names one it does not know", async () => {
    const chosen = await makeBackup({ backup: { dataSets: ["products"] } });
    expect(chosen.evidence.figures.dataSets).toEqual([{ name: "products", rows: 50 }]);
    const unknown = await makeBackup({ backup: { dataSets: ["producs"] } });
    expect([unknown.code, unknown.evidence.summary]).toEqual([
      1,
      expect.stringContaining("products, orders"),
    ]);
  });

  test("refuses before the first byte when there is no room", async () => {
    const before = storage.objects.size;
    const { code, evidence } = await makeBackup({ backup: { sizeLimit: 1000 } });
    expect([code, holding(evidence, "export-fits"), storage.objects.size]).toEqual([1, false, before]);
  });

  test("asks for the given key when it stores", async () => {
    await makeBackup({ backup: { kmsKey: "alias/orders" } });
    const last = storage.requests.filter(({ url }) => url.includes(".copy.gz")).at(-1);
    expect(last?.headers["x-amz-server-side-encryption-aws-kms-key-id"]).toBe("alias/orders");
  });
});

describe("restore-check", () => {
  beforeAll(async () => {
    await makeBackup();
  });

  test("passes although customers went on writing, and finds the transaction that was in flight", async () => {
    const { code, evidence } = await check();
    expect([code, evidence.checks.filter(({ holds }) => !holds)]).toEqual([0, []]);
    expect(evidence.figures.addedSince).toBe(101);
    expect(evidence.figures.changedSince).toBe(Math.floor(ROWS / 11));
  });

  test("runs again after it was killed and left its scratch database behind", async () => {
    await sql(copy.url(), "CREATE DATABASE restore_check_1");
    expect((await check()).code).toBe(0);
  });

  test.each([
    ["a row is lost", "DELETE FROM small_v1.orders WHERE id = 17", "INSERT"],
    ["a row is altered", "UPDATE small_v1.orders SET cents = cents + 1 WHERE id = 18", "UPDATE"],
  ])("stops when in the restored snapshot %s", async (_what, damage) => {
    const url = copy.url("shop");
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE TABLE IF NOT EXISTS keep AS SELECT * FROM small_v1.orders");
    await client.query(damage);
    await client.end();
    const { code, evidence } = await check();
    expect([code, holding(evidence, "snapshot-orders"), holding(evidence, "snapshot-products")]).toEqual([
      1,
      false,
      true,
    ]);
  });

  test("stops when a file of the export is damaged", async () => {
    const key =
      [...storage.objects.keys()].filter((name) => name.endsWith("small_v1.products.copy.gz")).at(-1) ?? "";
    const whole = storage.objects.get(key);
    if (whole === undefined) throw new Error("no export");
    const broken = Buffer.from(whole);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 0xff;
    storage.objects.set(key, broken);
    const { code, evidence } = await check();
    storage.objects.set(key, whole);
    expect([code, holding(evidence, "export-products")]).toEqual([1, false]);
  });

  test("stops when the manifest is not the one backup proved", async () => {
    const key = "backups/test/2.0.0/1/export/manifest.json";
    const whole = storage.objects.get(key) ?? Buffer.alloc(0);
    storage.objects.set(key, Buffer.concat([whole, Buffer.from(" ")]));
    const { code, evidence } = await check();
    storage.objects.set(key, whole);
    expect([code, evidence.summary]).toEqual([
      1,
      expect.stringContaining("not the manifest that backup proved"),
    ]);
  });
});

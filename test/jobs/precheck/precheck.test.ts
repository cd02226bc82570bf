import net from "node:net";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { precheck } from "../../../jobs/precheck";
import { holding, tryStep } from "../support/run";
import { checksOf, manifestOf } from "../support/small-shop";
import { sql } from "../support/sql";
import { type Stage, setStage } from "../support/stage";

let stage: Stage;
let provider: net.Server;
let url: string;

beforeAll(async () => {
  stage = await setStage({ max_connections: "60" });
  provider = net.createServer().listen(0, "127.0.0.1");
  await new Promise((done) => provider.once("listening", done));
  url = `http://127.0.0.1:${(provider.address() as net.AddressInfo).port}`;
});

afterAll(async () => {
  provider.close();
  await stage.close();
});

afterEach(() => {
  stage.shop.write("2.0.0", "manifest.yaml", manifestOf("2.0.0"));
  stage.shop.write("1.0.0", "checks.yaml", checksOf("1.0.0"));
});

const NOW = new Date("2026-02-01T00:00:00Z");

/** Time passes quickly, so that waiting for a disturbance to settle costs nothing. */
function clock(): () => Date {
  let asked = 0;
  return () => new Date(NOW.getTime() + 20_000 * asked++);
}

function run(verification: object = {}, business: object = {}) {
  return tryStep({
    step: "precheck",
    work: precheck,
    storage: stage.storage,
    variables: stage.variables,
    parameters: {
      business: { payment: { url, timeout: 1 }, ...business },
      verification: { publicKey: stage.shop.publicKey, databaseStorage: 10 * 1024 ** 3, ...verification },
    },
    now: clock(),
  });
}

const broken = (evidence: Awaited<ReturnType<typeof run>>["evidence"]): string[] =>
  evidence.checks.filter(({ holds }) => !holds).map(({ name }) => name);

describe("precheck", () => {
  test("passes when nothing stands in the way, and notes which transactions had ended", async () => {
    const { code, evidence } = await run();
    expect([code, broken(evidence)]).toEqual([0, []]);
    expect(evidence.figures.transactionHorizon).toMatch(/^\d+$/);
    expect(evidence.inputs.manifest).toMatch(/^sha256:/);
  });

  test.each<[string, string, () => void]>([
    ["an altered manifest", "manifest-signature", () => write({ title: "Altered" }, true)],
    ["a release that cannot follow this one", "upgrade-path", () => write({ upgradeFrom: ["0.9.0"] })],
    ["a release without notes", "documents-present", () => write({ notes: "missing.md" })],
    [
      "a release nobody supports",
      "release-supported",
      () => write({ support: { contact: "x", until: "2026-02-10" } }),
    ],
    [
      "an image with a critical finding",
      "image-shop",
      () => image({ scannedOn: "2026-01-01", critical: 1, high: 0 }),
    ],
    [
      "an image scanned long ago",
      "image-shop",
      () => image({ scannedOn: "2025-01-01", critical: 0, high: 0 }),
    ],
    ["a new model in the schema of the old one", "data-model-way-back", () => model({ schema: "small_v1" })],
    [
      "an older model",
      "data-model-forward",
      () => model({ version: 0 + 1, schema: "small_v2", runsOn: { oldest: 2, newest: 2 } }),
    ],
    ["a manifest that is not complete", "manifest-complete", () => write({ modules: [] })],
    [
      "checks that cannot be read",
      "checks-2-0-0",
      () => stage.shop.write("2.0.0", "checks.yaml", "version: 2\n"),
    ],
  ])("stops for %s", async (_what, check, arrange) => {
    arrange();
    const { code, evidence } = await run();
    stage.shop.write("2.0.0", "checks.yaml", checksOf("2.0.0"));
    expect(code).toBe(1);
    expect(broken(evidence)).toContain(check);
    expect(evidence.checks.find(({ name }) => name === check)?.detail).toBeTruthy();
  });

  test.each<[string, string, object, object]>([
    ["too few free connections", "free-connections", { freeConnections: 59 }, {}],
    ["a disk that would be too full", "database-storage", { databaseStorage: 1024 ** 2 }, {}],
    ["an old server", "database-version", { oldestServer: 990_000 }, {}],
    [
      "a partner that cannot be reached",
      "network-payment",
      {},
      { payment: { url: "http://127.0.0.1:1", timeout: 1 } },
    ],
    ["a connection that is not set", "network-payment", {}, { payment: undefined }],
    [
      "a key of another publisher",
      "manifest-signature",
      { publicKey: "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=" },
      {},
    ],
    ["a key that is none", "manifest-signature", { publicKey: "bm9uZQ==" }, {}],
  ])("stops for %s", async (_what, check, verification, business) => {
    const { code, evidence } = await run(verification, business);
    expect([code, broken(evidence)]).toEqual([1, [check]]);
  });

  test("stops for orders nobody works on, in the release's own words", async () => {
    await sql(
      stage.database,
      "INSERT INTO small_v1.orders (sku, quantity, cents, status) VALUES ('SKU-1', 1, 1, 'stuck')",
    );
    const { code, evidence } = await run();
    await sql(stage.database, "DELETE FROM small_v1.orders");
    expect([code, broken(evidence)]).toEqual([1, ["business-stuck-orders"]]);
    expect(evidence.checks.find(({ holds }) => !holds)?.detail).toContain("look at the worker");
  });

  test("stops for a transaction that has been open too long, and names it", async () => {
    const client = new pg.Client({ connectionString: stage.database });
    await client.connect();
    await client.query("BEGIN; SELECT pg_sleep(1.1)");
    const { code, evidence } = await run({ longestTransaction: 0 });
    await client.end();
    expect([code, holding(evidence, "long-transactions")]).toEqual([1, false]);
  });

  test("waits for a queue that is being worked off", async () => {
    await sql(
      stage.database,
      "INSERT INTO small_v1.orders (sku, quantity, cents, status) VALUES ('SKU-1', 1, 1, 'stuck')",
    );
    const waiting = tryStep({
      step: "precheck",
      work: precheck,
      storage: stage.storage,
      variables: stage.variables,
      parameters: {
        business: { payment: { url } },
        verification: {
          publicKey: stage.shop.publicKey,
          findings: { maximumAge: 86_400 * 36_500 },
          supportMargin: 0,
        },
      },
    });
    await sql(stage.database, "DELETE FROM small_v1.orders");
    expect((await waiting).code).toBe(0);
  });
});

function write(change: object, unsigned = false): void {
  stage.shop.write("2.0.0", "manifest.yaml", { ...manifestOf("2.0.0"), ...change }, { unsigned });
}

function image(findings: object): void {
  const { images } = manifestOf("2.0.0") as { images: { shop: object } };
  write({ images: { shop: { ...images.shop, findings } } });
}

const model = (change: object): void =>
  write({ dataModel: { ...(manifestOf("2.0.0").dataModel as object), ...change } });

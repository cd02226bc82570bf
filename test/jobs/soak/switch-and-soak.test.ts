import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { baseline } from "../../../jobs/baseline";
import { conclude } from "../../../jobs/frame/result";
import { soak } from "../../../jobs/soak";
import { switched } from "../../../jobs/switched";
import { holding, tryStep } from "../support/run";
import { type SmallShopServer, startSmallShop } from "../support/small-shop-server";
import { sql } from "../support/sql";
import { type Stage, setStage } from "../support/stage";

let stage: Stage;
let edge: SmallShopServer;
/** No comparison of models here: the upgrade of these tests keeps one model. */
let variables: Record<string, string>;

beforeAll(async () => {
  stage = await setStage();
  edge = await startSmallShop("2.0.0");
  variables = { ...stage.variables, RELEASE_CURRENT: "1.0.0", RELEASE_NEXT: "", PUBLIC_URL: edge.url };
  await sql(stage.server.url(), "CREATE ROLE app_1_0_0 LOGIN PASSWORD 'application-1-0-0'");
});
afterAll(async () => {
  await edge.close();
  await stage.close();
});
beforeEach(() => {
  Object.assign(edge, { release: "2.0.0", delay: 0, status: 200 });
});

/** A slowdown that a busy machine alone does not bring, so that a test fails for what it is about. */
const samples = { performance: { samples: 20, floor: 5 } };
const runSwitched = (limit = 60) =>
  tryStep({
    step: "switched",
    work: switched,
    storage: stage.storage,
    variables,
    parameters: { verification: { switchLimit: limit } },
  });
const runSoak = (period: number, verification = samples) =>
  tryStep({
    step: "soak",
    work: soak,
    storage: stage.storage,
    variables: { ...variables, EVIDENCE_PREVIOUS: "switched" },
    parameters: { soak: { period, errorShare: 0 }, verification },
  });

describe("switched", () => {
  test("passes when every module's path is answered by the release", async () => {
    const { code, evidence } = await runSwitched();
    expect([code, holding(evidence, "address-serves-release")]).toEqual([0, true]);
    expect(new Set(edge.asked)).toContain("GET /api/stock");
  });

  test("waits until the last old answer is gone", async () => {
    edge.release = "1.0.0";
    const before = edge.asked.length;
    const waiting = runSwitched();
    while (edge.asked.length < before + 5) await new Promise((done) => setImmediate(done));
    edge.release = "2.0.0";
    expect((await waiting).code).toBe(0);
  });

  test("stops when the old release still answers, and when an invariant is broken", async () => {
    edge.release = "1.0.0";
    const old = await runSwitched(0.3);
    expect([old.code, old.evidence.checks[0]?.value]).toEqual([1, "1.0.0 (status 200)"]);
    edge.release = "2.0.0";
    await sql(stage.database, "UPDATE small_v2.products SET stock = -1 WHERE sku = 'SKU-3'");
    const negative = await runSwitched();
    await sql(stage.database, "UPDATE small_v2.products SET stock = 100");
    expect([negative.code, holding(negative.evidence, "invariant-stock-never-negative")]).toEqual([1, false]);
    expect(negative.evidence.checks.find(({ holds }) => !holds)?.detail).toContain("SKU-3");
  });
});

describe("soak", () => {
  beforeAll(async () => {
    Object.assign(edge, { release: "2.0.0" });
    await tryStep({
      step: "baseline",
      work: baseline,
      storage: stage.storage,
      variables,
      parameters: { verification: samples },
    });
    await runSwitched();
  });

  test("passes after the period, when nobody uses the old model and all is well", async () => {
    const { code, evidence } = await runSoak(0);
    expect([code, evidence.checks.filter(({ holds }) => !holds)]).toEqual([0, []]);
  });

  test("run too early says when it may run, and looks at nothing else", async () => {
    const { code, evidence } = await runSoak(3600);
    expect([code, evidence.checks.map(({ name }) => name)]).toEqual([1, ["soak-period"]]);
    expect(evidence.checks[0]?.detail).toMatch(/run again after \d{4}-/);
  });

  test("waits for the last seconds of the period", async () => {
    const { evidence: recorded } = await runSwitched();
    const { code, evidence } = await runSoak(2);
    expect([code, holding(evidence, "soak-period")]).toEqual([0, true]);
    const due = Date.parse(recorded.finishedAt) + 2000;
    expect(Date.parse(evidence.finishedAt)).toBeGreaterThanOrEqual(due);
  });

  test("counts who still uses the old model, which stays warm until the soak has passed", async () => {
    const url = new URL(stage.database);
    Object.assign(url, { username: "app_1_0_0", password: "application-1-0-0" });
    const client = new pg.Client({ connectionString: url.toString(), application_name: "orders-1.0.0" });
    await client.connect();
    const { code, evidence } = await runSoak(0);
    await client.end();
    expect(code).toBe(0);
    expect(evidence.figures.oldSessions).toEqual({ "orders-1.0.0": 1 });
  });

  test("stops for failing requests and for slow ones", async () => {
    edge.status = 500;
    const failing = await runSoak(0);
    expect([failing.code, holding(failing.evidence, "error-share")]).toEqual([1, false]);
    Object.assign(edge, { status: 200, delay: 60 });
    const slow = await runSoak(0, { performance: { ...samples.performance, floor: 0.005 } });
    expect([slow.code, holding(slow.evidence, "performance-stock")]).toEqual([1, false]);
  });

  test("run again after the old model was removed, there is nothing left to prove", async () => {
    const removed = await tryStep({
      step: "contract",
      storage: stage.storage,
      variables: { ...variables, BACKUP_BUCKET: "b", BACKUP_PREFIX: "p" },
      work: async () => conclude({ checks: [], passed: "removed", failed: "" }),
    });
    const { code, evidence } = await runSoak(0);
    stage.storage.objects.delete("evidence/test/4.0.0/1/contract.json");
    expect([removed.code, code, holding(evidence, "old-model-removed")]).toEqual([0, 0, true]);
  });

  test("without a proved switch there is nothing to wait for", async () => {
    edge.release = "1.0.0";
    await runSwitched(0.2);
    const { code, evidence } = await runSoak(0);
    expect([code, evidence.summary]).toEqual([1, expect.stringContaining("switched did not pass")]);
  });
});

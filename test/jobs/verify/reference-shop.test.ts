import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import { verify } from "../../../jobs/verify";
import { loadRelease } from "../../../releases/load";
import { RELEASES, type Release, type Shop, startServer, startShop } from "../../drill/shop/shop-fixture";
import { type ObjectStorage, startObjectStorage } from "../support/object-storage";
import { tryStep } from "../support/run";

let server: PostgresServer;
let storage: ObjectStorage;

beforeAll(async () => {
  [server, storage] = await Promise.all([startServer(), startObjectStorage()]);
});

afterAll(() => Promise.all([server.stop(), storage.close()]));

/** Runs `verify` on a shop as it is in a stack with one release. */
async function verifyShop(shop: Shop) {
  const { RELEASE_NEXT: _none, ...variables } = {
    RELEASE_NEXT: "",
    RELEASE_CURRENT: shop.release,
    RELEASE: shop.release,
    DATABASE_URL: shop.databaseUrl,
    ...Object.fromEntries(
      Object.entries(shop.urls).map(([module, url]) => [`MODULE_${module.toUpperCase()}_URL`, url]),
    ),
  };
  const { code, evidence } = await tryStep({
    step: "verify",
    work: verify,
    storage,
    variables: { ...variables, RELEASE_NEXT: "" },
    parameters: { verification: { performance: { samples: 10 } } },
  });
  const broken = evidence.checks.filter(({ holds }) => !holds);
  return {
    code,
    evidence,
    broken: broken.map(({ name }) => name),
    details: broken.map(({ detail }) => detail),
  };
}

async function withShop<Result>(
  release: Release,
  name: string,
  fault: string,
  work: (shop: Shop) => Promise<Result>,
): Promise<Result> {
  const shop = await startShop(server, release, {
    name,
    variables: fault === "" ? {} : { SHOP_FAULT: fault },
  });
  try {
    await Promise.all(["orders", "inventory", "logistics"].map((module) => shop.startWorker(module)));
    return await work(shop);
  } finally {
    await shop.stop();
  }
}

describe.each(RELEASES)("verify of the reference shop %s", (release) => {
  const database = `shop_${release.replaceAll(".", "_")}`;

  test("passes, again and again, and leaves no open order behind", async () => {
    await withShop(release, database, "", async (shop) => {
      for (const run of [1, 2]) {
        const { code, details } = await verifyShop(shop);
        expect([run, code, details]).toEqual([run, 0, []]);
      }
      const { schema } = loadRelease(path.join(__dirname, "../../../releases"), release).dataModel;
      const { rows } = await shop.database.query(
        `SELECT count(*) FILTER (WHERE status = 'placed')::int AS open FROM ${schema}.orders`,
      );
      expect(rows[0].open).toBe(0);
      const staff = await shop.database.query(
        `SELECT id FROM ${schema}.customers one WHERE role = 'staff' AND one::text LIKE '%verification%'`,
      );
      expect(staff.rows).toEqual([]);
    });
  });
});

// The release being introduced is the one that must not pass.
describe("verify of a faulty 4.0.0", () => {
  test.each([
    ["wrong-stock", /^flow-browse-/],
    ["login-broken", /^flow-log-in-log-in$/],
    ["missing-function", /^flow-(order-and-cancel|staff)-/],
  ])("stops a release with the fault %s and names the function", async (fault, check) => {
    await withShop("4.0.0", `faulty_${fault.replace("-", "_")}`, fault, async (shop) => {
      const { code, broken } = await verifyShop(shop);
      expect([code, broken.some((name) => check.test(name))]).toEqual([1, true]);
    });
  });
});

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresServer } from "../../../drill/postgres/server";
import { ended, spawnNode } from "../../../drill/process/leash";
import { EnvironmentProblem, readEnvironment } from "../../../drill/shop/common/environment";
import { startProgram } from "../../../drill/shop/common/program";
import { Customer, eventually, ledgerOf } from "./customer";
import { program, RELEASES, type Shop, startServer, startShop } from "./shop-fixture";

let server: PostgresServer;
const folder = mkdtempSync(path.join(tmpdir(), "order-upgrade-shop-"));
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function bundle(release: string, module: string): Promise<string> {
  const outfile = path.join(folder, `${module}-${release}.cjs`);
  await build({
    entryPoints: [path.join(__dirname, "../../../drill/shop", release, module, "main.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["pg-native"],
    outfile,
  });
  return outfile;
}

// Each has a shop of its own, and waits most of the time.
describe.concurrent.each(RELEASES)("stopping a module of %s", (release) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop(server, release, {
      name: `stop_${release.replaceAll(".", "_")}`,
      payment: { latencyMs: [400, 400] },
      // Longer than this machine may need, when it is busy, for what is asked of a service that is about to stop.
      variables: { STOP_DELAY_MS: "2000" },
    });
  });
  afterAll(() => shop.stop());

  it("leaves the load balancer first, and cuts no request", async () => {
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    const paying = customer.pay(number);
    const stopping = shop.programs.orders?.stop();
    const ready = await fetch(`${shop.urls.orders}/ready`);
    expect(ready.status).toBe(503);
    expect(ready.headers.get("x-release")).toBe(release);
    // Whoever has not noticed yet is served all the same.
    expect((await customer.order({ MUG: 1 })).status).toBe(201);
    expect(await paying).toMatchObject({ status: 200, body: { status: "paid" } });
    await stopping;
    await expect(fetch(`${shop.urls.orders}/health`)).rejects.toThrow();
  });

  it("is not ready without its database, and alive all the same", async () => {
    const lonely = await startProgram(program(release, "inventory"), "service", {
      ...shop.variables,
      DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
      STOP_DELAY_MS: "0",
    });
    const url = `http://127.0.0.1:${lonely.port}`;
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await lonely.stop();
  });

  it("works for a program bundled into one file, which runs alone and ends with status 0", async () => {
    const outfile = await bundle(release, "inventory");
    for (const [args, variables] of [
      [[], shop.variables],
      [["worker"], shop.variables],
    ] as const) {
      const env = { PATH: process.env.PATH, ...variables, LOG_LEVEL: "info", STOP_DELAY_MS: "0" };
      const child = spawnNode(outfile, args, { env, cwd: folder });
      const [line] = await once(child.stdout ?? child, "data");
      const { port, msg } = JSON.parse(String(line).split("\n")[0] ?? "");
      expect(msg).toBe("started");
      const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/ready`)).status;
      await eventually(ready, (status) => status === 200);
      child.kill("SIGTERM");
      expect(await ended(child)).toBe(0);
    }
    const wrong = spawnNode(outfile, [], {
      env: { PATH: process.env.PATH, SHOP_FAULT: "none" },
      cwd: folder,
    });
    let text = "";
    wrong.stderr?.on("data", (part) => {
      text += part;
    });
    expect(await ended(wrong)).toBe(2);
    expect(text).toContain("DATABASE_URL is missing");
    expect(text).toContain("SHOP_FAULT must name faults");
  });
});

describe.concurrent.each(RELEASES)("killing a worker of %s", (release) => {
  it("loses nothing: another one takes over when the lease ends", async () => {
    const shop = await startShop(server, release, {
      name: `kill_${release.replaceAll(".", "_")}`,
      payment: { latencyMs: [500, 500] },
    });
    const customer = await Customer.register(shop);
    const { number } = (await customer.order({ MUG: 1 })).body;
    expect((await customer.pay(number)).status).toBe(200);
    const outfile = await bundle(release, "orders");
    const env = { PATH: process.env.PATH, ...shop.variables, WORK_LEASE_SECONDS: "1" };
    const child = spawnNode(outfile, ["worker"], { env, cwd: folder });
    const { schema } = program(release, "orders");
    const inFlight = async (): Promise<number> =>
      (
        await shop.database.query(
          `SELECT FROM ${schema}.work WHERE kind = 'capture' AND claimed_until > now()`,
        )
      ).rows.length;
    await eventually(inFlight, (count) => count === 1);
    child.kill("SIGKILL");
    expect(await ended(child)).toBe("SIGKILL");
    await shop.startWorker("orders");
    await shop.startWorker("logistics");
    const status = async (): Promise<string> => (await customer.get(`/api/orders/${number}`)).body.status;
    await eventually(status, (now) => now === "delivered");
    const ledger = await ledgerOf(shop.variables.PAYMENT_URL ?? "");
    expect(ledger).toEqual({ count: 1, sums: { authorised: 0, captured: 705, refunded: 0 } });
    await shop.stop();
  });
});

describe("the environment", () => {
  it("is refused with every problem at once", () => {
    const wrong = { PORT: "x", SHOP_TIME_ZONE: "Mars/Olympus", SHOP_FAULT: "slow,fire", STOP_DELAY_MS: "-1" };
    let problem: unknown;
    try {
      readEnvironment(wrong, ["DATABASE_URL", "SESSION_SECRET"]);
    } catch (thrown) {
      problem = thrown;
    }
    expect(problem).toBeInstanceOf(EnvironmentProblem);
    expect((problem as EnvironmentProblem).problems).toHaveLength(6);
  });
});

describe.concurrent.each(RELEASES)("faults of %s", (release) => {
  const open: Shop[] = [];
  afterAll(async () => {
    for (const shop of open) await shop.stop();
  });

  it("make figures wrong, break the log-in and hide functions", async () => {
    const shop = await startShop(server, release, {
      name: `faults_${release.replaceAll(".", "_")}`,
      variables: { SHOP_FAULT: "wrong-stock, login-broken,missing-function" },
    });
    open.push(shop);
    const customer = await Customer.register(shop);
    expect(await customer.available("LAMP")).toBe(107);
    expect((await customer.get("/api/stock/LAMP")).body.available).toBe(107);
    expect((await Customer.staff(shop).then((staff) => staff.get("/api/statistics/orders"))).status).toBe(
      401,
    );
    const { number } = (await customer.order({ LAMP: 1 })).body;
    expect((await customer.get(`/api/shipments/${number}`)).status).toBe(404);
  });

  it("make answers slow", async () => {
    const variables = { SHOP_FAULT: "slow", LOG_LEVEL: "fatal" };
    const shop = await startShop(server, release, {
      name: `slow_${release.replaceAll(".", "_")}`,
      variables,
    });
    open.push(shop);
    const started = performance.now();
    expect((await fetch(`${shop.urls.inventory}/api/products`)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_400);
  });
});

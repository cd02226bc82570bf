import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ListenerSettings } from "../../../../../drill/cloud/aws/edge/data-plane/configuration";
import type { DataPlaneEvents } from "../../../../../drill/cloud/aws/edge/data-plane/data-plane";
import { WorkerDataPlane } from "../../../../../drill/cloud/aws/edge/worker/worker-data-plane";
import { eventually } from "../../eventually";
import { type DescribedBalancer, describedBalancer } from "./described-balancer";

describe("load balancers whose data plane is a thread", () => {
  let balancer: DescribedBalancer;
  let lines: Readonly<Record<string, unknown>>[];

  beforeEach(() => {
    lines = [];
    balancer = describedBalancer((events) => new WorkerDataPlane(events), {
      log: (message, details) => lines.push({ message, ...details }),
    });
  });
  afterEach(() => balancer.remove());

  test("customers are answered while the thread of the cloud is busy with something else", async () => {
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const count = (): number => Atomics.load(answered, 0);
    const customers = new Worker(path.join(__dirname, "customers-thread.ts"), {
      execArgv: ["--require", require.resolve("tsx/cjs")],
      workerData: answered,
    });
    try {
      const [port] = (await once(customers, "message")) as [number];
      const arn = balancer.group("shop");
      balancer.weights([arn, 1]);
      await balancer.edge.reconcile();
      balancer.edge.setTargets(arn, "pods", [{ id: "one", host: "127.0.0.1", port }]);
      await balancer.healthy(arn, 1);
      customers.postMessage(`${await balancer.address()}/api/x`);
      await eventually(count).toBeGreaterThan(0);

      const before = count();
      const patience = performance.now() + 20_000;
      // Nothing else runs in this thread until twenty more customers have their answer.
      while (count() < before + 20 && performance.now() < patience) Atomics.wait(answered, 0, count(), 10);
      expect(count() - before).toBeGreaterThanOrEqual(20);
    } finally {
      await customers.terminate();
    }
  });

  describe("with one target", () => {
    let shop: Server;
    let arn: string;
    const ask = async (): Promise<number> => (await fetch(`${await balancer.address()}/api/x`)).status;

    beforeEach(async () => {
      shop = createServer((_, response) => response.end());
      await new Promise<void>((done) => shop.listen(0, "127.0.0.1", done));
      arn = balancer.group("shop");
      balancer.weights([arn, 1]);
      await balancer.edge.reconcile();
    });
    afterEach(() => {
      shop.closeAllConnections();
      shop.close();
    });
    const register = (): void => {
      const { port } = shop.address() as AddressInfo;
      balancer.edge.setTargets(arn, "pods", [{ id: "one", host: "127.0.0.1", port }]);
    };

    test("a new target is initial at once; health, log, state and figures come over", async () => {
      expect(await ask()).toBe(503);
      register();
      expect(Object.fromEntries(balancer.edge.health(arn))).toEqual({ one: "initial" });
      await balancer.healthy(arn, 1);
      expect(lines).toEqual([
        {
          message: "target health changed",
          group: "shop",
          target: "one",
          health: "healthy",
          reason: "passed",
        },
      ]);
      expect(await ask()).toBe(200);
      expect(await balancer.edge.state()).toMatchObject([
        { targetGroups: [{ arn, requests: 1, edge5xx: 1, targets: [{ id: "one", health: "healthy" }] }] },
      ]);
      const { body } = await balancer.edge.metrics();
      expect(body).toContain('edge_requests_total{group="shop",code="2xx"} 1');
      expect(body).toContain('edge_targets{group="shop",health="healthy"} 1');
    });

    test("a way that two faults cut is free again when both have ended", async () => {
      register();
      await balancer.healthy(arn, 1);
      const ends = [await balancer.edge.cut(arn), await balancer.edge.cut(arn)] as const;
      expect(await ask()).toBe(503);
      await ends[0]();
      expect(await ask()).toBe(503);
      await ends[1]();
      expect(await ask()).toBe(200);
    });

    test("rules and weights count for the first request after they were followed", async () => {
      register();
      await balancer.healthy(arn, 1);
      for (const weight of [0, 1, 0, 1]) {
        balancer.weights([arn, weight]);
        await balancer.edge.reconcile();
        expect(await ask()).toBe(weight === 0 ? 503 : 200);
      }
    });
  });
});

describe("a thread", () => {
  const SETTINGS: ListenerSettings = {
    arn: "arn:listener",
    port: 80,
    protocol: "HTTP",
    rules: [],
    idleSeconds: 60,
    firewall: [],
  };
  let deaths: string[];
  let plane: WorkerDataPlane;
  const start = (thread?: string): void => {
    deaths = [];
    const events: DataPlaneEvents = {
      health: () => {},
      log: () => {},
      died: ({ message }) => deaths.push(message),
    };
    plane = thread === undefined ? new WorkerDataPlane(events) : new WorkerDataPlane(events, thread);
  };
  afterEach(() => plane.stop());

  test("reports a port that is taken with its code, and opens the next", async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const { port } = other.address() as AddressInfo;
    start();
    await plane.configure({ listeners: [{ settings: SETTINGS, hosts: [""] }], groups: [] });
    await expect(plane.open(SETTINGS.arn, "", port)).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    });
    await new Promise((done) => other.close(done));
    await plane.open(SETTINGS.arn, "", port);
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(404);
    expect(deaths).toEqual([]);
  });

  test("that is stopped closes its listeners, and that is no death", async () => {
    const probe = createServer();
    await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    start();
    await plane.configure({ listeners: [{ settings: SETTINGS, hosts: [""] }], groups: [] });
    await plane.open(SETTINGS.arn, "", port);
    await plane.stop();
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    expect(deaths).toEqual([]);
  });

  test("that dies fails every call with the reason and is told once", async () => {
    start(path.join(__dirname, "crashing-thread.cjs"));
    const reason = "The thread of the load balancers ended: out of order";
    const calls = await Promise.allSettled([
      plane.report(),
      plane.metrics(),
      plane.setCut("arn:group", true),
    ]);
    expect(calls.map((call) => (call.status === "rejected" ? call.reason.message : call.status))).toEqual([
      reason,
      reason,
      reason,
    ]);
    await expect(plane.report()).rejects.toThrow(reason);
    plane.setTargets("arn:group", []);
    await plane.stop();
    expect(deaths).toEqual([reason]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Parameters } from "../../../infra/parameters";
import { type Alarm, judgeAlarms, judgeCustomer, readAlarms } from "../../../upgrade/gates/alarms";
import { judgeComparison } from "../../../upgrade/gates/comparison";
import { verdictOf } from "../../../upgrade/gates/finding";
import { judgePods } from "../../../upgrade/gates/pods";
import { judgeQueues, readMetrics } from "../../../upgrade/gates/queues";
import { sample } from "../../../upgrade/gates/sampling";
import { judgeErrors, judgeLatency } from "../../../upgrade/gates/traffic";
import { Cluster } from "../../../upgrade/stack/cluster";
import { sampleParameters, samplesOf } from "./samples";

const parameters = sampleParameters() as Parameters;
const NOW = new Date("2026-11-10T08:00:00.000Z");
let servers: http.Server[];
let folder: string;

beforeEach(() => {
  servers = [];
  folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-gates-"));
});
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function clusterOf(objects: Readonly<Record<string, string | object>>): Promise<Cluster> {
  const server = await serve((request, response) => {
    const found = Object.entries(objects).find(([route]) => (request.url ?? "").startsWith(route))?.[1];
    response.writeHead(found === undefined ? 404 : 200);
    response.end(typeof found === "string" ? found : JSON.stringify(found ?? {}));
  });
  const kubeconfig = path.join(folder, "kubeconfig");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user: { token: "t" } }],
    }),
  );
  return Cluster.open({ KUBECONFIG: kubeconfig });
}

const deployment = (ready: number) => ({
  items: [{ metadata: { name: "orders-4-0-0" }, spec: { replicas: 2 }, status: { readyReplicas: ready } }],
});
const pods = (restartCount: number) => ({
  items: [
    {
      metadata: { name: "orders-4-0-0-a" },
      spec: { containers: [{ ports: [{ containerPort: 8080 }] }] },
      status: { phase: "Running", containerStatuses: [{ restartCount }] },
    },
  ],
});
const DEPLOYMENTS = "/apis/apps/v1/namespaces/orders/deployments";
const PODS = "/api/v1/namespaces/orders/pods?";

describe("pods", () => {
  it("let the upgrade pass when every Deployment has its Pods ready", async () => {
    const cluster = await clusterOf({ [DEPLOYMENTS]: deployment(2), [PODS]: pods(0) });
    expect(await judgePods(cluster, "orders", "4.0.0", 0)).toMatchObject({ verdict: "passed" });
  });

  it.each([
    ["a Pod is not ready", deployment(1), pods(0), /orders-4-0-0 has 1 of 2 Pods ready/],
    ["a Pod was restarted", deployment(2), pods(1), /orders-4-0-0-a was restarted 1 times/],
    ["the release is not there", { items: [] }, { items: [] }, /no Deployment of 4\.0\.0/],
  ])("stop it when %s", async (_what, deployments, list, detail) => {
    const cluster = await clusterOf({ [DEPLOYMENTS]: deployments, [PODS]: list });
    const finding = await judgePods(cluster, "orders", "4.0.0", 0);
    expect(finding.verdict).toBe("failed");
    expect(finding.detail).toMatch(detail);
    expect(finding.wayOut).not.toBe("");
  });

  it("name the API server and the answer when it refuses", async () => {
    const cluster = await clusterOf({});
    await expect(judgePods(cluster, "orders", "4.0.0", 0)).rejects.toThrow(/answers 404 to \/api/);
  });
});

describe("queues", () => {
  const metrics = (failed: number, updated: number): string =>
    [
      "# HELP shop_worker_items_total items",
      `shop_worker_items_total{release="4.0.0",task="payments",outcome="done"} 12`,
      `shop_worker_items_total{release="4.0.0",task="payments",outcome="failed"} ${failed}`,
      `shop_stock_updated_timestamp_seconds ${updated}`,
    ].join("\n");
  const of = async (text: string) =>
    judgeQueues(
      await clusterOf({
        [PODS]: pods(0),
        "/api/v1/namespaces/orders/pods/orders-4-0-0-a:8080/proxy/metrics": text,
      }),
      "orders",
      "4.0.0",
      "/metrics",
      { stockLag: 30 },
      NOW,
    );

  it("let the upgrade pass when items are done and stock is fresh", async () => {
    expect(await of(metrics(0, NOW.getTime() / 1000 - 5))).toMatchObject({
      verdict: "passed",
      detail: "1 workers of 4.0.0, 12 items, none failed.",
    });
  });

  it("stop it when items fail or stock is stale", async () => {
    expect(await of(metrics(3, NOW.getTime() / 1000))).toMatchObject({
      verdict: "failed",
      detail: "3 items of payments failed.",
    });
    expect((await of(metrics(0, NOW.getTime() / 1000 - 31))).detail).toMatch(/31 s ago, at most 30 s/);
  });

  it("read labels with quotes in them and leave buckets out", () => {
    expect(readMetrics('a{x="1\\"2",y="3"} 4\nb_bucket{le="1"} 2\n')).toEqual([
      { name: "a", labels: { x: '1\\"2', y: "3" }, value: 4 },
    ]);
  });
});

describe("alarms and the synthetic customer", () => {
  const alarms = (errors: Alarm["StateValue"], customer: Alarm["StateValue"]): Alarm[] => [
    { AlarmName: "orders-staging-errors", StateValue: errors, StateReason: "3 datapoints" },
    { AlarmName: "orders-staging-customer-page", StateValue: customer },
  ];

  it("let the upgrade pass while they are silent", () => {
    expect(judgeAlarms(alarms("OK", "ALARM")).verdict).toBe("passed");
    expect(judgeCustomer(alarms("ALARM", "OK")).verdict).toBe("passed");
  });

  it("stop it when one rings, by its name and reason", () => {
    expect(judgeAlarms(alarms("ALARM", "OK"))).toMatchObject({
      verdict: "failed",
      detail: "orders-staging-errors (3 datapoints).",
    });
    expect(judgeCustomer(alarms("OK", "ALARM"))).toMatchObject({ verdict: "failed" });
  });

  it("are no pass without data, or when there are none", () => {
    expect(judgeAlarms(alarms("INSUFFICIENT_DATA", "OK")).verdict).toBe("unknown");
    expect(judgeCustomer([]).verdict).toBe("unknown");
    expect(verdictOf([judgeCustomer([])], NOW).verdict).toBe("failed");
  });

  it("are read page by page, signed, from the endpoint of the environment", async () => {
    const seen: { authorization: string | undefined; target: unknown; body: unknown }[] = [];
    const endpoint = await serve((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        const { NextToken } = JSON.parse(body) as { NextToken?: string };
        seen.push({
          authorization: request.headers.authorization,
          target: request.headers["x-amz-target"],
          body: JSON.parse(body),
        });
        response.end(
          JSON.stringify({
            MetricAlarms: [alarms("OK", "OK")[NextToken === undefined ? 0 : 1]],
            ...(NextToken === undefined ? { NextToken: "more" } : {}),
          }),
        );
      });
    });
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_CLOUDWATCH: endpoint,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
    });
    try {
      expect(await readAlarms("eu-central-1", "orders-staging")).toEqual(
        alarms("OK", "OK").map((one, index) => (index === 0 ? one : { ...one })),
      );
    } finally {
      process.env = before;
    }
    expect(seen.map(({ target }) => target)).toEqual(
      Array(2).fill("GraniteServiceVersion20100801.DescribeAlarms"),
    );
    expect(seen[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/monitoring\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
    );
    expect(seen[0]?.body).toMatchObject({ AlarmNamePrefix: "orders-staging-" });
  });
});

describe("comparison", () => {
  const stored = (step: string, verdict: string, finishedAt: string) => ({
    key: `staging/4.0.0/1/${step}.json`,
    body: JSON.stringify({ step, release: "4.0.0", verdict, finishedAt, summary: "rows" }),
    digest: "",
    storedAt: NOW,
  });

  it("lets the upgrade pass when the newest found both models equal", () => {
    const documents = [
      stored("verify", "failed", "2026-11-10T06:00:00.000Z"),
      stored("reconcile", "passed", "2026-11-10T07:59:00.000Z"),
    ];
    expect(judgeComparison(documents, "4.0.0", parameters, NOW)).toMatchObject({
      verdict: "passed",
      detail: "reconcile 1m ago: rows.",
    });
  });

  it("stops it when the newest found a difference, is too old, is damaged, or there is none", () => {
    const of = (...documents: ReturnType<typeof stored>[]) =>
      judgeComparison(documents, "4.0.0", parameters, NOW);
    expect(of(stored("reconcile", "failed", "2026-11-10T07:59:00.000Z"))).toMatchObject({
      verdict: "failed",
    });
    expect(of(stored("verify", "passed", "2026-11-08T07:59:00.000Z")).detail).toMatch(
      /2d 1m old, at most 24h/,
    );
    expect(of({ ...stored("verify", "passed", "2026-11-10T07:59:00.000Z"), body: "{" })).toMatchObject({
      verdict: "failed",
    });
    expect(of(stored("backup", "passed", "2026-11-10T07:59:00.000Z"))).toMatchObject({ verdict: "unknown" });
  });
});

describe("errors and response times", () => {
  const control = samplesOf("/", 100, 10);

  it("let the upgrade pass when the next release is as good as the one before", () => {
    const samples = { "4.0.0": samplesOf("/", 100, 11) };
    expect(judgeErrors(samples, control, "4.0.0", parameters).verdict).toBe("passed");
    expect(judgeLatency(samples, control, "4.0.0", parameters).verdict).toBe("passed");
  });

  it("stop it when the next release fails more often than chance explains", () => {
    const samples = { "4.0.0": { ...samplesOf("/", 100, 10), failed: 8, problem: "/: status 500" } };
    const finding = judgeErrors(samples, control, "4.0.0", parameters);
    expect(finding).toMatchObject({ verdict: "failed" });
    expect(finding.detail).toMatch(/8 of 100 requests failed.*Fisher.*such as \/: status 500/);
  });

  it("do not stop it for one failure that chance explains", () => {
    const samples = { "4.0.0": { ...samplesOf("/", 100, 10), failed: 1, problem: "/: status 500" } };
    expect(judgeErrors(samples, control, "4.0.0", parameters).verdict).toBe("passed");
  });

  it("count requests that nobody answered against the next release", () => {
    const samples = {
      "4.0.0": samplesOf("/", 50, 10),
      "": { ...samplesOf("/", 0, 0), total: 20, failed: 20, problem: "/: ECONNREFUSED" },
    };
    expect(judgeErrors(samples, control, "4.0.0", parameters).detail).toMatch(/20 of 70.*ECONNREFUSED/);
  });

  it("stop it when the next release is slower than is tolerated, on one path of several", () => {
    const both = (slow: number) => ({
      ...samplesOf("/", 100, 10),
      times: {
        "/": samplesOf("/", 100, 10).times["/"] ?? [],
        "/slow": samplesOf("/slow", 100, slow).times["/slow"] ?? [],
      },
    });
    expect(judgeLatency({ "4.0.0": both(80) }, both(30), "4.0.0", parameters)).toMatchObject({
      verdict: "failed",
    });
    expect(judgeLatency({ "4.0.0": both(80) }, both(30), "4.0.0", parameters).detail).toMatch(
      /\/slow 3\d\.\d → 8\d\.\d ms/,
    );
    expect(judgeLatency({ "4.0.0": both(38) }, both(30), "4.0.0", parameters)).toMatchObject({
      verdict: "passed",
    });
  });

  it("decide nothing with too few answers, which is no pass", () => {
    const samples = { "4.0.0": samplesOf("/", 4, 10) };
    expect(judgeErrors(samples, control, "4.0.0", parameters).verdict).toBe("unknown");
    expect(judgeLatency(samples, control, "4.0.0", parameters).verdict).toBe("unknown");
  });
});

describe("sampling the public address", () => {
  it("sorts answers by the release that gave them and stops when both have enough", async () => {
    let asked = 0;
    const address = await serve((_request, response) => {
      asked += 1;
      const next = asked % 10 === 0;
      response.writeHead(next && asked % 20 === 0 ? 500 : 200, { "x-release": next ? "4.0.0" : "3.2.0" });
      response.end("ok");
    });
    const samples = await sample({ address, paths: ["/", "/a"], wanted: 10, releases: ["3.2.0", "4.0.0"] });
    expect(samples["4.0.0"]?.total).toBeGreaterThanOrEqual(10);
    expect(samples["4.0.0"]?.failed).toBeGreaterThanOrEqual(4);
    expect(asked).toBeLessThan(120);
    expect(Object.keys(samples["3.2.0"]?.times ?? {}).sort()).toEqual(["/", "/a"]);
  });

  it("does not wait for a shop that does not answer", async () => {
    const address = await serve((request) => request.socket.destroy());
    const samples = await sample({ address, paths: ["/"], wanted: 10, releases: ["4.0.0"] });
    expect(samples[""]).toMatchObject({ total: expect.any(Number), times: {} });
    expect(samples[""]?.failed).toBe(samples[""]?.total);
  });
});

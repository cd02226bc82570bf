import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LoadBalancers } from "../../../../../drill/cloud/aws/edge/edge";
import { openResources, type Resources } from "../../../../../drill/cloud/aws/resources";
import type { Target } from "../../../../../drill/cloud/ports";
import type { Values } from "../../../../../drill/cloud/provider/values";
import { eventually } from "../../eventually";
import { temporaryFolder } from "../../folder";

const ACCOUNT = { id: "111122223333", region: "eu-central-1", partition: "aws", defaultTags: {} } as const;
const PREFIX = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:";
const BALANCER = `${PREFIX}loadbalancer/app/shop/1`;
const LISTENER = `${PREFIX}listener/app/shop/1/2`;
const groupArn = (name: string): string => `${PREFIX}targetgroup/${name}/3`;

interface Shop {
  readonly server: Server;
  readonly target: Target;
  answered: number;
  healthy: boolean;
  delay: number;
  /** Answers wait for it. */
  gate: Promise<void>;
}

let folder: ReturnType<typeof temporaryFolder>;
let resources: Resources;
let edge: LoadBalancers;
let shops: Shop[];

function put(token: string, id: string, inputs: Values, outputs: Values = {}): void {
  resources.put({
    token,
    id,
    urn: `urn:pulumi:test::shop::${token}::${id}`,
    name: id,
    account: ACCOUNT,
    seed: "0123456789abcdef0123456789abcdef",
    createdAt: "2026-01-01T00:00:00.000Z",
    inputs,
    outputs,
  });
}

async function openShop(name: string): Promise<Shop> {
  const server = createServer((incoming, response) => {
    if (incoming.url === "/ready") {
      response.writeHead(shop.healthy ? 200 : 503).end();
      return;
    }
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const answer = (): void => {
        shop.answered++;
        response.setHeader("x-shop", name);
        response.end(JSON.stringify({ headers: incoming.headers, body: Buffer.concat(parts).toString() }));
      };
      void shop.gate.then(() => setTimeout(answer, shop.delay));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const shop: Shop = {
    server,
    target: { id: name, host: "127.0.0.1", port },
    answered: 0,
    healthy: true,
    delay: 5,
    gate: Promise.resolve(),
  };
  shops.push(shop);
  return shop;
}

/** Holds the answers of a shop back until the answer of this is called. */
function hold(shop: Shop): () => void {
  let open = (): void => {};
  shop.gate = new Promise((done) => {
    open = done;
  });
  return open;
}

function group(name: string, more: Values = {}): string {
  put("aws:lb/targetGroup:TargetGroup", groupArn(name), {
    name,
    port: 8080,
    healthCheck: { path: "/ready", interval: 5, timeout: 2, healthyThreshold: 2, unhealthyThreshold: 2 },
    ...more,
  });
  return groupArn(name);
}

function weights(...entries: readonly (readonly [string, number])[]): void {
  put("aws:lb/listenerRule:ListenerRule", "rule", {
    listenerArn: LISTENER,
    priority: 10,
    conditions: [{ pathPattern: { values: ["/api/*"] } }],
    actions: [
      { type: "forward", forward: { targetGroups: entries.map(([arn, weight]) => ({ arn, weight })) } },
    ],
  });
}

async function healthy(arn: string, count: number): Promise<void> {
  await eventually(() => [...edge.health(arn).values()].filter((one) => one === "healthy").length).toBe(
    count,
  );
}

function address(host = ""): string {
  const [balancer] = edge.state() as unknown as {
    listeners: { address: string }[];
    hosts: Record<string, string>;
  }[];
  return (host === "" ? balancer?.listeners[0]?.address : balancer?.hosts[host]) ?? "";
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function call(
  path: string,
  options: { method?: string; body?: string; base?: string; headers?: Record<string, string> } = {},
) {
  return new Promise<{
    status: number;
    shop: string | undefined;
    body: string;
    headers: NodeJS.Dict<string | string[]>;
  }>((done, fail) => {
    const outgoing = request(
      `${options.base ?? address()}${path}`,
      { agent, method: options.method ?? "GET", headers: options.headers ?? {} },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          body += part;
        });
        response.on("error", fail);
        response.on("end", () =>
          done({
            status: response.statusCode ?? 0,
            shop: response.headers["x-shop"] as string | undefined,
            body,
            headers: response.headers,
          }),
        );
      },
    );
    outgoing.on("error", fail);
    outgoing.end(options.body);
  });
}

/** Customers who send one request after another until told to stop; answers what failed. */
function traffic(customers: number) {
  const failures: string[] = [];
  let total = 0;
  let on = true;
  const customer = async (): Promise<void> => {
    while (on) {
      const order = `order ${++total}`;
      const post = total % 3 === 0;
      try {
        const answer = await call("/api/orders", post ? { method: "POST", body: order } : {});
        if (answer.status !== 200) failures.push(String(answer.status));
        else if (post && (JSON.parse(answer.body) as { body: string }).body !== order)
          failures.push("altered");
      } catch (problem) {
        failures.push((problem as Error).message);
      }
      await pause(10);
    }
  };
  const all = Array.from({ length: customers }, customer);
  return {
    sent: () => total,
    async stop() {
      on = false;
      await Promise.all(all);
      return { total, failures };
    },
  };
}

beforeEach(() => {
  folder = temporaryFolder();
  const { persistence, ports } = folder.open();
  resources = openResources(persistence);
  edge = new LoadBalancers(resources, ports, () => {});
  shops = [];
  put(
    "aws:lb/loadBalancer:LoadBalancer",
    BALANCER,
    { name: "shop" },
    { dnsName: "shop-1.eu-central-1.elb.amazonaws.com" },
  );
  put("aws:lb/listener:Listener", LISTENER, {
    loadBalancerArn: BALANCER,
    port: 443,
    protocol: "HTTPS",
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "nothing here" },
      },
    ],
  });
});

afterEach(async () => {
  await edge.stop();
  for (const { server } of shops) {
    server.closeAllConnections();
    server.close();
  }
  folder.remove();
});

describe("traffic", () => {
  test("no request fails while weights move, targets come and go, and processes end", async () => {
    const [before, after] = [group("before"), group("after")];
    const old = await Promise.all(["old-1", "old-2"].map(openShop));
    const fresh = await Promise.all(["new-1", "new-2"].map(openShop));
    weights([before, 100], [after, 0]);
    await edge.reconcile();
    edge.setTargets(
      before,
      "old",
      old.map(({ target }) => target),
    );
    edge.setTargets(
      after,
      "new",
      fresh.map(({ target }) => target),
    );
    await healthy(before, 2);
    await healthy(after, 2);

    const load = traffic(10);
    for (const share of [10, 50, 100, 30, 0, 100]) {
      weights([before, 100 - share], [after, share]);
      await edge.reconcile();
      const sent = load.sent();
      await eventually(load.sent).toBeGreaterThan(sent + 40);
    }
    // A rolling change of the group that serves: each process is replaced by another.
    const serving = [...fresh];
    for (let round = 0; round < 4; round++) {
      const replacement = await openShop(`replacement-${round}`);
      const gone = serving.shift() as Shop;
      serving.push(replacement);
      edge.setTargets(
        after,
        "new",
        [gone, ...serving].map(({ target }) => target),
      );
      await eventually(() => edge.health(after).get(replacement.target.id)).toBe("healthy");
      edge.setTargets(
        after,
        "new",
        serving.map(({ target }) => target),
      );
      // What a preStop hook is for: the process ends after the last request it was given.
      await eventually(() => JSON.stringify(edge.state())).not.toContain(gone.target.id);
      await new Promise((done) => gone.server.close(done));
    }
    const { total, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(total).toBeGreaterThan(240);
    expect(old.every(({ answered }) => answered > 0)).toBe(true);
    expect(serving.every(({ answered }) => answered > 0)).toBe(true);
  });

  test("a request under way finishes on a target that was taken out, and no new one reaches it", async () => {
    const arn = group("slow");
    const [slow, other] = [await openShop("slow"), await openShop("other")];
    const open = hold(slow);
    weights([arn, 1]);
    await edge.reconcile();
    edge.setTargets(arn, "pods", [slow.target]);
    await healthy(arn, 1);
    const underWay = call("/api/slow", { method: "POST", body: "x" });
    await eventually(() => JSON.stringify(edge.state())).toContain('"inFlight":1');
    edge.setTargets(arn, "pods", [other.target]);
    const next = await call("/api/next");
    expect(next.shop).toBe("other");
    open();
    expect((await underWay).shop).toBe("slow");
    expect(slow.answered).toBe(1);
  });

  test("a target that refuses connections costs no request, whatever the method", async () => {
    const arn = group("half");
    const [alive, dead] = [await openShop("alive"), await openShop("dead")];
    weights([arn, 1]);
    await edge.reconcile();
    edge.setTargets(arn, "pods", [alive.target, dead.target]);
    await healthy(arn, 2);
    dead.server.closeAllConnections();
    await new Promise((done) => dead.server.close(done));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call("/api/x", { ...(index % 2 ? { method: "POST", body: "b" } : {}) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test("a request that may have been carried out is not sent twice", async () => {
    const arn = group("breaking");
    let received = 0;
    const server = createServer((incoming, response) => {
      if (incoming.url === "/ready") return void response.end();
      received++;
      incoming.resume().on("end", () => incoming.socket.destroy());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    weights([arn, 1]);
    await edge.reconcile();
    edge.setTargets(arn, "pods", [{ id: "one", host: "127.0.0.1", port }]);
    await healthy(arn, 1);
    expect((await call("/api/x", { method: "POST", body: "pay" })).status).toBe(502);
    expect(received).toBe(1);
    expect((await call("/api/x")).status).toBe(502);
    expect(received).toBeGreaterThan(1);
    server.closeAllConnections();
    server.close();
  });
});

describe("routing", () => {
  test("weights share the traffic, and a weight of 0 gets none", async () => {
    const [one, two, none] = [group("one"), group("two"), group("none")];
    const [first, second, third] = [
      await openShop("first"),
      await openShop("second"),
      await openShop("third"),
    ];
    for (const shop of shops) shop.delay = 0;
    weights([one, 25], [two, 75], [none, 0]);
    await edge.reconcile();
    edge.setTargets(one, "a", [first.target]);
    edge.setTargets(two, "b", [second.target]);
    edge.setTargets(none, "c", [third.target]);
    await Promise.all([healthy(one, 1), healthy(two, 1)]);
    for (let batch = 0; batch < 20; batch++)
      await Promise.all(Array.from({ length: 20 }, () => call("/api/x")));
    expect(third.answered).toBe(0);
    expect(first.answered + second.answered).toBe(400);
    // Ten standard deviations.
    expect(Math.abs(first.answered - 100)).toBeLessThan(90);
  });

  test("answers fixed responses and redirects, and says what the customer's connection was", async () => {
    const arn = group("shop");
    const shop = await openShop("shop");
    weights([arn, 1]);
    put("aws:lb/listenerRule:ListenerRule", "old-page", {
      listenerArn: LISTENER,
      priority: 5,
      conditions: [{ pathPattern: { values: ["/api/old/*"] } }],
      actions: [
        { type: "redirect", redirect: { path: "/new", query: "from=#{path}", statusCode: "HTTP_301" } },
      ],
    });
    await edge.reconcile();
    edge.setTargets(arn, "pods", [shop.target]);
    await healthy(arn, 1);
    const nothing = await call("/elsewhere");
    expect([nothing.status, nothing.body]).toEqual([404, "nothing here"]);
    const moved = await call("/api/old/1", { headers: { host: "shop.example.com" } });
    expect([moved.status, moved.headers.location]).toEqual([
      301,
      "https://shop.example.com:443/new?from=api/old/1",
    ]);
    const { headers } = JSON.parse(
      (await call("/api/x", { headers: { "x-forwarded-for": "192.0.2.1" } })).body,
    ) as { headers: Record<string, string> };
    expect(headers["x-forwarded-for"]).toBe("192.0.2.1, 127.0.0.1");
    expect([headers["x-forwarded-proto"], headers["x-forwarded-port"]]).toEqual(["https", "443"]);
  });

  test("a host name has a loopback address that stands in for DNS", async () => {
    const [shop, preview] = [group("shop"), group("preview")];
    const [customers, testers] = [await openShop("customers"), await openShop("testers")];
    weights([shop, 1]);
    put("aws:lb/listenerRule:ListenerRule", "preview", {
      listenerArn: LISTENER,
      priority: 1,
      conditions: [{ hostHeader: { values: ["preview.shop.example.com"] } }],
      actions: [{ type: "forward", targetGroupArn: preview }],
    });
    await edge.reconcile();
    edge.setTargets(shop, "a", [customers.target]);
    edge.setTargets(preview, "b", [testers.target]);
    await Promise.all([healthy(shop, 1), healthy(preview, 1)]);
    const url = edge.resolve("https://preview.shop.example.com/api/x");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/x$/);
    const answer = await call("", { base: url });
    expect(answer.shop).toBe("testers");
    expect(answer.body).toContain('"host":"preview.shop.example.com"');
    expect((await call("/api/x")).shop).toBe("customers");
    expect(edge.resolve("https://elsewhere.example.com/x")).toBe("https://elsewhere.example.com/x");
  });

  test("without any target the answer is 503", async () => {
    weights([group("empty"), 1]);
    await edge.reconcile();
    expect((await call("/api/x")).status).toBe(503);
  });
});

test("an unhealthy target gets no requests as long as another is healthy", async () => {
  const arn = group("mixed");
  const [well, ill] = [await openShop("well"), await openShop("ill")];
  ill.healthy = false;
  weights([arn, 1]);
  await edge.reconcile();
  edge.setTargets(arn, "pods", [well.target, ill.target]);
  await healthy(arn, 1);
  await Promise.all(Array.from({ length: 20 }, () => call("/api/x")));
  expect(well.answered).toBe(20);
  expect(ill.answered).toBe(0);
});

test("least outstanding requests: a busy target is passed over, and equals take turns", async () => {
  const arn = group("busy", { loadBalancingAlgorithmType: "least_outstanding_requests" });
  const [one, two] = [await openShop("one"), await openShop("two")];
  weights([arn, 1]);
  await edge.reconcile();
  edge.setTargets(arn, "pods", [one.target, two.target]);
  await healthy(arn, 2);
  for (let turn = 0; turn < 10; turn++) await call("/api/x");
  expect([one.answered, two.answered]).toEqual([5, 5]);
  const open = { one: hold(one), two: hold(two) };
  const held = call("/api/held");
  const busy = /"id":"(one|two)"[^}]*"inFlight":1/;
  await eventually(() => JSON.stringify(edge.state())).toMatch(busy);
  const other = busy.exec(JSON.stringify(edge.state()))?.[1] === "one" ? "two" : "one";
  open[other]();
  for (let turn = 0; turn < 4; turn++) expect((await call("/api/x")).shop).toBe(other);
  open[other === "one" ? "two" : "one"]();
  await held;
});

test("targets registered before their group exists are kept for it, and addresses survive a restart", async () => {
  const arn = groupArn("late");
  const shop = await openShop("shop");
  edge.setTargets(arn, "pods", [shop.target]);
  group("late");
  weights([arn, 1]);
  await edge.reconcile();
  await healthy(arn, 1);
  const before = address();
  await edge.stop();
  const { persistence, ports } = folder.open();
  edge = new LoadBalancers(openResources(persistence), ports, () => {});
  await edge.reconcile();
  expect(address()).toBe(before);
});

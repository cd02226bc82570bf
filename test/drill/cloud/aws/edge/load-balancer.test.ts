import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InThreadDataPlane } from "../../../../../drill/cloud/aws/edge/data-plane/in-thread";
import type { Target } from "../../../../../drill/cloud/ports";
import { eventually } from "../../eventually";
import { type DescribedBalancer, describedBalancer, groupArn, LISTENER } from "./described-balancer";

interface Shop {
  readonly server: Server;
  readonly target: Target;
  answered: number;
  healthy: boolean;
  delay: number;
  /** Answers wait for it. */
  gate: Promise<void>;
}

let balancer: DescribedBalancer;
let shops: Shop[];

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

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

async function call(
  path: string,
  options: { method?: string; body?: string; base?: string; headers?: Record<string, string> } = {},
) {
  const base = options.base ?? (await balancer.address());
  return new Promise<{
    status: number;
    shop: string | undefined;
    body: string;
    headers: NodeJS.Dict<string | string[]>;
  }>((done, fail) => {
    const outgoing = request(
      `${base}${path}`,
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
  balancer = describedBalancer((events) => new InThreadDataPlane(events));
  shops = [];
});

afterEach(async () => {
  await balancer.remove();
  for (const { server } of shops) {
    server.closeAllConnections();
    server.close();
  }
});

describe("traffic", () => {
  test("no request fails while weights move, targets come and go, and processes end", async () => {
    const [before, after] = [balancer.group("before"), balancer.group("after")];
    const old = await Promise.all(["old-1", "old-2"].map(openShop));
    const fresh = await Promise.all(["new-1", "new-2"].map(openShop));
    balancer.weights([before, 100], [after, 0]);
    await balancer.edge.reconcile();
    balancer.edge.setTargets(
      before,
      "old",
      old.map(({ target }) => target),
    );
    balancer.edge.setTargets(
      after,
      "new",
      fresh.map(({ target }) => target),
    );
    await balancer.healthy(before, 2);
    await balancer.healthy(after, 2);

    const load = traffic(10);
    for (const share of [10, 50, 100, 30, 0, 100]) {
      balancer.weights([before, 100 - share], [after, share]);
      await balancer.edge.reconcile();
      const sent = load.sent();
      await eventually(load.sent).toBeGreaterThan(sent + 40);
    }
    // A rolling change of the group that serves: each process is replaced by another.
    const serving = [...fresh];
    for (let round = 0; round < 4; round++) {
      const replacement = await openShop(`replacement-${round}`);
      const gone = serving.shift() as Shop;
      serving.push(replacement);
      balancer.edge.setTargets(
        after,
        "new",
        [gone, ...serving].map(({ target }) => target),
      );
      await eventually(() => balancer.edge.health(after).get(replacement.target.id)).toBe("healthy");
      balancer.edge.setTargets(
        after,
        "new",
        serving.map(({ target }) => target),
      );
      // What a preStop hook is for: the process ends after the last request it was given.
      await eventually(async () => JSON.stringify(await balancer.edge.state())).not.toContain(gone.target.id);
      await new Promise((done) => gone.server.close(done));
    }
    const { total, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(total).toBeGreaterThan(240);
    expect(old.every(({ answered }) => answered > 0)).toBe(true);
    expect(serving.every(({ answered }) => answered > 0)).toBe(true);
  });

  test("a request under way finishes on a target that was taken out, and no new one reaches it", async () => {
    const arn = balancer.group("slow");
    const [slow, other] = [await openShop("slow"), await openShop("other")];
    const open = hold(slow);
    balancer.weights([arn, 1]);
    await balancer.edge.reconcile();
    balancer.edge.setTargets(arn, "pods", [slow.target]);
    await balancer.healthy(arn, 1);
    const underWay = call("/api/slow", { method: "POST", body: "x" });
    await eventually(async () => JSON.stringify(await balancer.edge.state())).toContain('"inFlight":1');
    balancer.edge.setTargets(arn, "pods", [other.target]);
    const next = await call("/api/next");
    expect(next.shop).toBe("other");
    open();
    expect((await underWay).shop).toBe("slow");
    expect(slow.answered).toBe(1);
  });

  test("a target that refuses connections costs no request, whatever the method", async () => {
    const arn = balancer.group("half");
    const [alive, dead] = [await openShop("alive"), await openShop("dead")];
    balancer.weights([arn, 1]);
    await balancer.edge.reconcile();
    balancer.edge.setTargets(arn, "pods", [alive.target, dead.target]);
    await balancer.healthy(arn, 2);
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
    const arn = balancer.group("breaking");
    let received = 0;
    const server = createServer((incoming, response) => {
      if (incoming.url === "/ready") return void response.end();
      received++;
      incoming.resume().on("end", () => incoming.socket.destroy());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    balancer.weights([arn, 1]);
    await balancer.edge.reconcile();
    balancer.edge.setTargets(arn, "pods", [{ id: "one", host: "127.0.0.1", port }]);
    await balancer.healthy(arn, 1);
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
    const [one, two, none] = [balancer.group("one"), balancer.group("two"), balancer.group("none")];
    const [first, second, third] = [
      await openShop("first"),
      await openShop("second"),
      await openShop("third"),
    ];
    for (const shop of shops) shop.delay = 0;
    balancer.weights([one, 25], [two, 75], [none, 0]);
    await balancer.edge.reconcile();
    balancer.edge.setTargets(one, "a", [first.target]);
    balancer.edge.setTargets(two, "b", [second.target]);
    balancer.edge.setTargets(none, "c", [third.target]);
    await Promise.all([balancer.healthy(one, 1), balancer.healthy(two, 1)]);
    for (let batch = 0; batch < 20; batch++)
      await Promise.all(Array.from({ length: 20 }, () => call("/api/x")));
    expect(third.answered).toBe(0);
    expect(first.answered + second.answered).toBe(400);
    // Ten standard deviations.
    expect(Math.abs(first.answered - 100)).toBeLessThan(90);
  });

  test("answers fixed responses and redirects, and says what the customer's connection was", async () => {
    const arn = balancer.group("shop");
    const shop = await openShop("shop");
    balancer.weights([arn, 1]);
    balancer.put("aws:lb/listenerRule:ListenerRule", "old-page", {
      listenerArn: LISTENER,
      priority: 5,
      conditions: [{ pathPattern: { values: ["/api/old/*"] } }],
      actions: [
        { type: "redirect", redirect: { path: "/new", query: "from=#{path}", statusCode: "HTTP_301" } },
      ],
    });
    await balancer.edge.reconcile();
    balancer.edge.setTargets(arn, "pods", [shop.target]);
    await balancer.healthy(arn, 1);
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
    const [shop, preview] = [balancer.group("shop"), balancer.group("preview")];
    const [customers, testers] = [await openShop("customers"), await openShop("testers")];
    balancer.weights([shop, 1]);
    balancer.put("aws:lb/listenerRule:ListenerRule", "preview", {
      listenerArn: LISTENER,
      priority: 1,
      conditions: [{ hostHeader: { values: ["preview.shop.example.com"] } }],
      actions: [{ type: "forward", targetGroupArn: preview }],
    });
    await balancer.edge.reconcile();
    balancer.edge.setTargets(shop, "a", [customers.target]);
    balancer.edge.setTargets(preview, "b", [testers.target]);
    await Promise.all([balancer.healthy(shop, 1), balancer.healthy(preview, 1)]);
    const url = balancer.edge.resolve("https://preview.shop.example.com/api/x");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/x$/);
    const answer = await call("", { base: url });
    expect(answer.shop).toBe("testers");
    expect(answer.body).toContain('"host":"preview.shop.example.com"');
    expect((await call("/api/x")).shop).toBe("customers");
    expect(balancer.edge.resolve("https://elsewhere.example.com/x")).toBe("https://elsewhere.example.com/x");
  });

  test("without any target the answer is 503", async () => {
    balancer.weights([balancer.group("empty"), 1]);
    await balancer.edge.reconcile();
    expect((await call("/api/x")).status).toBe(503);
  });
});

test("an unhealthy target gets no requests as long as another is healthy", async () => {
  const arn = balancer.group("mixed");
  const [well, ill] = [await openShop("well"), await openShop("ill")];
  ill.healthy = false;
  balancer.weights([arn, 1]);
  await balancer.edge.reconcile();
  balancer.edge.setTargets(arn, "pods", [well.target, ill.target]);
  await balancer.healthy(arn, 1);
  await Promise.all(Array.from({ length: 20 }, () => call("/api/x")));
  expect(well.answered).toBe(20);
  expect(ill.answered).toBe(0);
});

test("least outstanding requests: a busy target is passed over, and equals take turns", async () => {
  const arn = balancer.group("busy", { loadBalancingAlgorithmType: "least_outstanding_requests" });
  const [one, two] = [await openShop("one"), await openShop("two")];
  balancer.weights([arn, 1]);
  await balancer.edge.reconcile();
  balancer.edge.setTargets(arn, "pods", [one.target, two.target]);
  await balancer.healthy(arn, 2);
  for (let turn = 0; turn < 10; turn++) await call("/api/x");
  expect([one.answered, two.answered]).toEqual([5, 5]);
  const open = { one: hold(one), two: hold(two) };
  const held = call("/api/held");
  const busy = /"id":"(one|two)"[^}]*"inFlight":1/;
  await eventually(async () => JSON.stringify(await balancer.edge.state())).toMatch(busy);
  const other = busy.exec(JSON.stringify(await balancer.edge.state()))?.[1] === "one" ? "two" : "one";
  open[other]();
  for (let turn = 0; turn < 4; turn++) expect((await call("/api/x")).shop).toBe(other);
  open[other === "one" ? "two" : "one"]();
  await held;
});

test("targets registered before their group exists are kept for it, and addresses survive a restart", async () => {
  const arn = groupArn("late");
  const shop = await openShop("shop");
  balancer.edge.setTargets(arn, "pods", [shop.target]);
  balancer.group("late");
  balancer.weights([arn, 1]);
  await balancer.edge.reconcile();
  await balancer.healthy(arn, 1);
  const before = await balancer.address();
  await balancer.restart();
  await balancer.edge.reconcile();
  expect(await balancer.address()).toBe(before);
});

import http from "node:http";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestRepeatedly, Unreachable } from "../../../drill/shop/common/http-client";
import { type RunningServer, startServer } from "../../../drill/shop/common/http-server";
import { createMetrics } from "../../../drill/shop/common/metrics";
import type { Route } from "../../../drill/shop/common/routes";

const routes: Route[] = [
  {
    method: "GET",
    path: "/api/things/:name",
    handle: ({ parameters }) => ({ status: 200, body: parameters }),
  },
  { method: "POST", path: "/api/things", handle: ({ body }) => ({ status: 201, body }) },
  {
    method: "GET",
    path: "/api/broken",
    handle() {
      throw new Error("postgresql://user:secret@host");
    },
  },
  {
    method: "GET",
    path: "/api/lost",
    handle() {
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    },
  },
];

describe("the HTTP server", () => {
  let server: RunningServer;
  let url: string;
  const metrics = createMetrics({ release: "1.2.3", module: "test" });
  beforeAll(async () => {
    const log = pino({ level: "silent" });
    const options = { release: "1.2.3", routes, sessionSecret: "s", delayMs: 0, log, metrics };
    server = await startServer({ port: 0, host: "127.0.0.1" }, options);
    url = `http://127.0.0.1:${server.port}`;
  });
  afterAll(() => server.stop());
  const post = (body: string): Promise<Response> => fetch(`${url}/api/things`, { method: "POST", body });

  it("decodes names in paths and ignores the query", async () => {
    expect(await (await fetch(`${url}/api/things/a%20%2Fb?x=1`)).json()).toEqual({ name: "a /b" });
    expect((await fetch(`${url}/api/things/%E0%A4%A`)).status).toBe(404);
  });

  it("tells a wrong path from a wrong method", async () => {
    expect((await fetch(`${url}/api/other`)).status).toBe(404);
    expect((await fetch(`${url}/api/things/a`, { method: "DELETE" })).status).toBe(405);
    const head = await fetch(`${url}/api/things/a`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("refuses bodies that are no JSON or too large", async () => {
    expect(await (await post('{"a":1}')).json()).toEqual({ a: 1 });
    expect((await post("{")).status).toBe(400);
    expect((await post(JSON.stringify("x".repeat(70_000)))).status).toBe(413);
  });

  it("keeps to itself what went wrong inside", async () => {
    const broken = await fetch(`${url}/api/broken`);
    expect([broken.status, await broken.json()]).toEqual([500, { error: "internal" }]);
    const lost = await fetch(`${url}/api/lost`);
    expect([lost.status, lost.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  it("measures by route, not by path", async () => {
    await fetch(`${url}/api/things/one`);
    const text = await metrics.registry.metrics();
    expect(text).toContain('route="/api/things/:name"');
    expect(text).not.toContain("/api/things/one");
  });
});

describe("the HTTP client", () => {
  const answers: (number | "silence")[] = [];
  let asked = 0;
  const server = http.createServer((_, response) => {
    asked++;
    const next = answers.shift() ?? 200;
    if (next === "silence") response.destroy();
    else response.writeHead(next, { "content-type": "application/json" }).end("{}");
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const ask = async (attempts: number, ...script: (number | "silence")[]): Promise<[number, number]> => {
    answers.splice(0, answers.length, ...script);
    asked = 0;
    const { status } = await requestRepeatedly(url, {}, attempts);
    return [status, asked];
  };

  it("asks again when there is no answer or an error of the other side", async () => {
    expect(await ask(3, "silence", 503)).toEqual([200, 3]);
  });

  it("takes a refusal as an answer", async () => {
    expect(await ask(3, 402)).toEqual([402, 1]);
  });

  it("gives up after the attempts it has, and says whom it asked", async () => {
    await expect(ask(2, 500, "silence", 200)).rejects.toThrow(Unreachable);
    expect(asked).toBe(2);
    await expect(ask(1, 500)).rejects.toThrow(`${new URL(url).origin}: answered 500`);
  });
});

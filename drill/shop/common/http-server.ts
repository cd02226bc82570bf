import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { isConnectionProblem } from "./database";
import { HttpProblem } from "./http-problem";
import type { Metrics } from "./metrics";
import { readJson } from "./request-body";
import { type Answer, type Call, createRouter, type Route } from "./routes";
import { readToken } from "./session";

export interface ServerOptions {
  readonly release: string;
  readonly routes: readonly Route[];
  readonly sessionSecret: string;
  /** Added to each answer of the API, for the fault `slow`. */
  readonly delayMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface RunningServer {
  readonly port: number;
  /** Tells clients to leave, waits for the requests under way, and closes. No request is cut. */
  stop(): Promise<void>;
}

/** Serves the routes; the first path segment `api` is delayed and measured, the rest only measured. */
export async function startServer(
  address: { port: number; host: string | undefined },
  options: ServerOptions,
): Promise<RunningServer> {
  const match = createRouter(options.routes);
  let stopping = false;
  const server = http.createServer((request, response) => {
    const started = process.hrtime.bigint();
    const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
    const found = match(method, path);
    const route = typeof found === "object" ? found.route.path : "none";
    response.once("close", () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      options.metrics.requests.observe({ method, route, status: response.statusCode }, seconds);
    });
    answer(request, found, query, options, path.startsWith("/api/") ? options.delayMs : 0)
      .catch((problem: unknown) => answerOf(problem, request, options.log))
      .then((result) => send(response, result, options.release, stopping, request.method === "HEAD"));
  });
  // Longer than load balancers keep idle connections, so that it is never us who closes one they are about to use.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(address.port, address.host, () => {
      server.removeListener("error", fail);
      done();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      stopping = true;
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      // A connection that was busy a moment ago becomes idle now and then without noticing that we stop.
      const sweep = setInterval(() => server.closeIdleConnections(), 100);
      await closed;
      clearInterval(sweep);
    },
  };
}

async function answer(
  request: http.IncomingMessage,
  found: ReturnType<ReturnType<typeof createRouter>>,
  query: string,
  options: ServerOptions,
  delayMs: number,
): Promise<Answer> {
  if (found === undefined) throw new HttpProblem(404, "no-such-path");
  if (found === "method") throw new HttpProblem(405, "method-not-allowed");
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const body = found.route.method === "POST" ? await readJson(request) : undefined;
  if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
  const call: Call = {
    parameters: found.parameters,
    query: new URLSearchParams(query),
    headers: request.headers,
    body,
    session: token === undefined ? undefined : readToken(token, options.sessionSecret),
  };
  return found.route.handle(call);
}

function answerOf(problem: unknown, request: http.IncomingMessage, log: Logger): Answer {
  if (problem instanceof HttpProblem) return { status: problem.status, body: problem.body };
  log.error({ err: problem, method: request.method, path: request.url?.split("?")[0] }, "request failed");
  return isConnectionProblem(problem)
    ? { status: 503, body: { error: "database-unreachable" }, headers: { "retry-after": "1" } }
    : { status: 500, body: { error: "internal" } };
}

function send(
  response: http.ServerResponse,
  result: Answer,
  release: string,
  stopping: boolean,
  headOnly: boolean,
): void {
  if (response.destroyed) return;
  const text = result.content?.text ?? (result.body === undefined ? "" : JSON.stringify(result.body));
  response.writeHead(result.status, {
    "content-type": result.content?.type ?? "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "x-release": release,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...(stopping ? { connection: "close" } : {}),
    ...result.headers,
  });
  response.end(headOnly ? undefined : text);
}

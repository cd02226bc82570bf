import http from "node:http";
import type { AddressInfo } from "node:net";
import { HttpProblem } from "../common/http-problem";
import { readJson } from "../common/request-body";
import { type Answer, createRouter, type Route } from "../common/routes";
import { type Behaviour, fateOf } from "./behaviour";

export interface SimulatedService {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves routes on the loopback address as an outside service would: with latency, and with failures now and then. */
export async function startSimulatedService(
  routes: readonly Route[],
  behaviour: Behaviour,
  port = 0,
): Promise<SimulatedService> {
  const match = createRouter([
    ...routes,
    { method: "GET", path: "/health", handle: () => ({ status: 200, body: { status: "alive" } }) },
  ]);
  let requests = 0;
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const found = match(request.method ?? "GET", path);
    const fate = path === "/health" ? { delayMs: 0, failure: "none" } : fateOf(behaviour, ++requests);
    const answer = async (): Promise<Answer> => {
      if (typeof found !== "object") return { status: 404, body: { error: "no-such-path" } };
      const body = found.route.method === "POST" ? await readJson(request) : undefined;
      await new Promise((done) => setTimeout(done, fate.delayMs));
      if (fate.failure !== "none") return { status: 500, body: { error: "out-of-order" } };
      const { parameters } = found;
      return found.route.handle({
        parameters,
        body,
        query: new URLSearchParams(),
        headers: {},
        session: undefined,
      });
    };
    answer()
      .catch((problem: unknown) =>
        problem instanceof HttpProblem
          ? { status: problem.status, body: problem.body }
          : { status: 500, body: { error: String(problem) } },
      )
      .then(({ status, body }) => {
        if (fate.failure === "silence") return response.destroy();
        const text = JSON.stringify(body);
        response.writeHead(status, {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
        });
        response.end(text);
      });
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", done);
  });
  const actual = (server.address() as AddressInfo).port;
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Runs a simulated service as a process until SIGTERM; prints `{"port": PORT}` when it is ready. */
export function runSimulatedService(
  start: (variables: NodeJS.ProcessEnv) => Promise<SimulatedService>,
): void {
  start(process.env).then(
    (service) => {
      process.stdout.write(`${JSON.stringify({ port: service.port })}\n`);
      const stop = (): void => {
        service.stop().then(() => process.exit(0));
      };
      process.once("SIGTERM", stop);
      process.once("SIGINT", stop);
    },
    (problem: Error) => {
      process.stderr.write(`${problem.message}\n`);
      process.exit(2);
    },
  );
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { FaultRefused, type Faults } from "../faults/registry";

export interface ControlOptions {
  readonly port: number;
  readonly state: () => Promise<Readonly<Record<string, unknown>>>;
  /** Prometheus text and its content type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>;
  readonly faults: Faults;
  /** Serves what it knows of the other paths; false: none of its own. */
  readonly others: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface ControlServer {
  readonly port: number;
  stop(): Promise<void>;
}

const LARGEST_BODY = 64 * 1024;

/** The control API: what the drill asks of its cloud, beside the providers' protocol. */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((problem: unknown) => {
      const refused = problem instanceof FaultRefused;
      const message = problem instanceof Error ? problem.message : String(problem);
      if (response.headersSent) response.destroy();
      else
        json(
          response,
          refused ? 400 : 500,
          refused ? { error: message, problems: problem.problems } : { error: message },
        );
    });
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(options.port, "127.0.0.1", done);
  });
  return {
    port: options.port,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  options: ControlOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://control");
  const route = `${request.method} ${pathname}`;
  if (route === "GET /state") return json(response, 200, await options.state());
  if (route === "GET /metrics") {
    const { type, body } = await options.metrics();
    response.writeHead(200, { "content-type": type }).end(body);
    return;
  }
  if (route === "GET /faults")
    return json(response, 200, { kinds: options.faults.kinds(), active: options.faults.list() });
  if (route === "POST /faults") {
    const id = await options.faults.start(await bodyOf(request));
    return json(response, 201, { id });
  }
  const fault = /^DELETE \/faults\/([\w-]+)$/.exec(route)?.[1];
  if (fault !== undefined) {
    if (await options.faults.end(fault)) return json(response, 200, { id: fault });
    return json(response, 404, { error: `no fault ${fault} is going on` });
  }
  if (!(await options.others(request, response)))
    json(response, 404, {
      error: `nothing at ${route}; there are /state, /metrics, /faults and /logs/<pod>`,
    });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const part of request.setEncoding("utf8") as AsyncIterable<string>) {
    body += part;
    if (body.length > LARGEST_BODY) throw new FaultRefused([`the body is larger than ${LARGEST_BODY} bytes`]);
  }
  try {
    return JSON.parse(body);
  } catch (problem) {
    throw new FaultRefused([`the body is not JSON: ${(problem as Error).message}`]);
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}

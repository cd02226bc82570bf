import http from "node:http";
import net from "node:net";
import type { ListenerPool } from "./listener-pool";
import type { ServiceResolver } from "./ports";

export interface Backend {
  readonly host: string;
  readonly port: number;
}

/** The ready pods behind a port of a Service, now. */
export type Backends = (namespace: string, service: string, port: number) => readonly Backend[];

const HTTP = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /;
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"];
/** How long a request waits for a pod when none is ready. */
const PATIENCE = 2_000;
const RETRY_PAUSE = 50;

/**
 * A loopback address for every port of every Service, from its first mention on. HTTP goes to the ready pods in turn,
 * request by request, so that a pod that leaves gets no new one and finishes what it has; anything else goes
 * connection by connection.
 */
export class ServiceProxy implements ServiceResolver {
  readonly #backends: Backends;
  readonly #fronts = new Map<string, Front>();
  readonly #cut = new Set<string>();
  readonly #listeners: ListenerPool;

  constructor(backends: Backends, listeners: ListenerPool) {
    this.#backends = backends;
    this.#listeners = listeners;
  }

  addressOf(namespace: string, service: string, port: number): string {
    return `127.0.0.1:${this.#front(namespace, service, port).port}`;
  }

  /** From now on connections to the Service fail, until the answer is called. */
  cut(namespace: string, service: string): () => void {
    const key = `${namespace}/${service}`;
    this.#cut.add(key);
    for (const front of this.#fronts.values()) if (front.service === key) front.dropAll();
    return () => this.#cut.delete(key);
  }

  list(): { service: string; port: number; address: string }[] {
    return [...this.#fronts.values()].map(({ service, servicePort, port }) => ({
      service,
      port: servicePort,
      address: `127.0.0.1:${port}`,
    }));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#fronts.values()].map((front) => front.close()));
    this.#listeners.close();
  }

  #front(namespace: string, service: string, port: number): Front {
    const key = `${namespace}/${service}:${port}`;
    const known = this.#fronts.get(key);
    if (known !== undefined) return known;
    const pick = (): readonly Backend[] =>
      this.#cut.has(`${namespace}/${service}`) ? [] : this.#backends(namespace, service, port);
    const front = new Front(`${namespace}/${service}`, port, this.#listeners.take(), pick);
    this.#fronts.set(key, front);
    return front;
  }
}

class Front {
  readonly port: number;
  readonly #server: net.Server;
  readonly #http: http.Server;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 16, timeout: 60_000 });
  readonly #sockets = new Set<net.Socket>();
  #turn = 0;

  constructor(
    readonly service: string,
    readonly servicePort: number,
    server: net.Server,
    private readonly backends: () => readonly Backend[],
  ) {
    this.#http = http.createServer(
      { keepAliveTimeout: 60_000 },
      (request, response) => void this.#forward(request, response),
    );
    this.#server = server;
    this.#server.on("connection", (socket) => this.#accept(socket));
    this.port = (server.address() as net.AddressInfo).port;
  }

  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.dropAll();
    this.#agent.destroy();
    return new Promise((done) => this.#server.close(() => done()));
  }

  #accept(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", (first) => {
      socket.pause();
      socket.unshift(first);
      if (HTTP.test(first.subarray(0, 10).toString("latin1"))) this.#http.emit("connection", socket);
      else this.#pipe(socket);
      process.nextTick(() => socket.resume());
    });
  }

  #next(except: ReadonlySet<Backend> = new Set()): Backend | undefined {
    const list = this.backends().filter((backend) => ![...except].some((each) => each.port === backend.port));
    this.#turn += 1;
    return list[this.#turn % Math.max(1, list.length)];
  }

  #pipe(socket: net.Socket): void {
    const backend = this.#next();
    if (backend === undefined) {
      socket.destroy();
      return;
    }
    const upstream = net.connect({ ...backend, noDelay: true });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroy());
    socket.pipe(upstream);
    upstream.pipe(socket);
  }

  async #forward(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await collect(request).catch(() => undefined);
    if (body === undefined) return;
    const until = Date.now() + PATIENCE;
    const tried = new Set<Backend>();
    for (;;) {
      const backend = this.#next(tried);
      const outcome = backend === undefined ? "nobody" : await this.#send(backend, request, body, response);
      if (outcome === "answered" || response.destroyed) return;
      if (outcome === "broken" || Date.now() > until) break;
      if (backend !== undefined) tried.add(backend);
      if (this.#next(tried) === undefined) {
        tried.clear();
        await new Promise((done) => setTimeout(done, RETRY_PAUSE));
      }
    }
    if (!response.headersSent)
      response.writeHead(503, { "content-type": "text/plain", "content-length": "0" });
    response.end();
  }

  /** `unsent`: the pod cannot have seen the request, so that another may get it. */
  #send(
    backend: Backend,
    request: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<"answered" | "unsent" | "broken"> {
    return new Promise((done) => {
      const headers = { ...request.headers };
      for (const name of HOP_BY_HOP) delete headers[name];
      if (body.length > 0 || request.headers["transfer-encoding"] !== undefined)
        headers["content-length"] = String(body.length);
      const upstream = http.request({
        ...backend,
        method: request.method,
        path: request.url,
        headers,
        agent: this.#agent,
      });
      upstream.on("response", (answer) => {
        const out = { ...answer.headers };
        for (const name of HOP_BY_HOP) delete out[name];
        response.writeHead(answer.statusCode ?? 502, out);
        answer.pipe(response);
        answer.on("end", () => done("answered"));
        answer.on("error", () => {
          response.destroy();
          done("answered");
        });
      });
      upstream.on("error", (problem: NodeJS.ErrnoException) => {
        // Refused: nobody listened. Reset on a kept connection: the pod had closed it before the request came.
        const unseen =
          problem.code === "ECONNREFUSED" || (upstream.reusedSocket && problem.code === "ECONNRESET");
        done(response.headersSent ? "answered" : unseen ? "unsent" : "broken");
      });
      response.on("close", () => upstream.destroy());
      upstream.end(body);
    });
  }
}

function collect(request: http.IncomingMessage): Promise<Buffer> {
  return new Promise((done, fail) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => done(Buffer.concat(parts)));
    request.on("error", fail);
    request.on("aborted", () => fail(new Error("aborted")));
  });
}

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ListenerSettings } from "./configuration";
import { blockedBy } from "./firewall";
import { forward, requestHeaders } from "./forward";
import type { EdgeMetrics } from "./metrics";
import { type CompiledRule, chooseGroup, compile, type Incoming, locationOf, route } from "./routing";
import type { TargetGroup } from "./target-group";

export interface ListenerContext {
  readonly group: (arn: string) => TargetGroup | undefined;
  readonly metrics: EdgeMetrics;
  /** Lets a fault answer in place of the load balancer, or cut the way to a group. */
  readonly isCut: (groupArn: string) => boolean;
}

const CLOSE_SECONDS = 5;
const STICKY_COOKIE = "AWSALBTG";

/**
 * A listener of a load balancer: one HTTP server for itself, and one for each host name that leads to it, which stands
 * in for DNS. TLS is not spoken on the loopback address; targets see the protocol of the listener in X-Forwarded-Proto.
 */
export class Listener {
  private readonly servers = new Map<string, Server>();
  private rules: readonly CompiledRule[];

  constructor(
    private current: ListenerSettings,
    private readonly context: ListenerContext,
  ) {
    this.rules = current.rules.map(compile);
  }

  /** Takes effect with the next request. */
  change(settings: ListenerSettings): void {
    this.current = settings;
    this.rules = settings.rules.map(compile);
  }

  /** Host names with a server of their own; the listener's own is the empty name. */
  get hosts(): readonly string[] {
    return [...this.servers.keys()];
  }

  async open(host: string, port: number): Promise<void> {
    const server = createServer((request, response) => this.serve(host, request, response));
    server.keepAliveTimeout = this.current.idleSeconds * 1000;
    server.headersTimeout = this.current.idleSeconds * 1000 + 1000;
    server.requestTimeout = 0;
    await new Promise<void>((done, fail) => {
      server.once("error", fail);
      server.listen(port, "127.0.0.1", 1024, done);
    });
    this.servers.set(host, server);
  }

  async close(host: string): Promise<void> {
    const server = this.servers.get(host);
    this.servers.delete(host);
    if (server === undefined) return;
    await new Promise<void>((done) => {
      server.close(() => done());
      // Requests under way finish; connections without one go at once.
      setTimeout(() => server.closeAllConnections(), CLOSE_SECONDS * 1000).unref();
    });
  }

  async closeAll(): Promise<void> {
    await Promise.all(
      [...this.servers.values()].map(
        (server) =>
          new Promise((done) => {
            server.close(done);
            server.closeAllConnections();
          }),
      ),
    );
    this.servers.clear();
  }

  private serve(standingFor: string, request: IncomingMessage, response: ServerResponse): void {
    response.on("error", () => {});
    const incoming = incomingOf(request, standingFor);
    if (incoming === undefined) {
      answer(response, 400, "text/html", page(400));
      return;
    }
    const blocked = blockedBy(this.current.firewall, incoming);
    if (blocked !== undefined) {
      for (const [name, value] of Object.entries(blocked.headers)) response.setHeader(name, value);
      answer(response, blocked.status, blocked.type, blocked.body, request);
      return;
    }
    const action = route(this.rules, incoming)?.action;
    if (action === undefined) {
      answer(response, 404, "text/html", page(404));
      return;
    }
    if (action.kind === "fixed-response") {
      answer(response, action.status, action.type, action.body, request);
      return;
    }
    if (action.kind === "redirect") {
      const { protocol, port } = this.current;
      response.setHeader("location", locationOf(action.location, incoming, protocol, port));
      answer(response, action.status, "text/html", page(action.status), request);
      return;
    }
    const sticky = action.stickySeconds === undefined ? undefined : cookie(request, STICKY_COOKIE);
    const kept = action.groups.find(({ arn, weight }) => weight > 0 && sticky === nameInCookie(arn));
    const chosen = kept ?? chooseGroup(action.groups, Math.random());
    const group =
      chosen === undefined || this.context.isCut(chosen.arn) ? undefined : this.context.group(chosen.arn);
    const fail = (status: number): void => {
      this.context.metrics.failed(group?.settings.name ?? "none", status);
      answer(response, status, "text/html", page(status), request);
    };
    if (group === undefined || chosen === undefined) {
      fail(503);
      return;
    }
    if (action.stickySeconds !== undefined && kept === undefined)
      response.setHeader(
        "set-cookie",
        `${STICKY_COOKIE}=${nameInCookie(chosen.arn)}; Max-Age=${action.stickySeconds}; Path=/`,
      );
    forward({
      request,
      response,
      group,
      metrics: this.context.metrics,
      headers: requestHeaders(request.rawHeaders, this.forwardedHeaders(request, incoming)),
      fail,
    }).catch(() => response.destroy());
  }

  private forwardedHeaders(request: IncomingMessage, incoming: Incoming): Record<string, string> {
    const before = request.headers["x-forwarded-for"];
    return {
      host: incoming.host,
      "x-forwarded-for": before === undefined ? incoming.source : `${String(before)}, ${incoming.source}`,
      "x-forwarded-proto": this.current.protocol.toLowerCase(),
      "x-forwarded-port": String(this.current.port),
      "x-amzn-trace-id":
        [request.headers["x-amzn-trace-id"] ?? []].flat()[0] ??
        `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomUUID().replaceAll("-", "").slice(0, 24)}`,
    };
  }
}

function incomingOf(request: IncomingMessage, standingFor: string): Incoming | undefined {
  const target = request.url ?? "/";
  const end = target.indexOf("?");
  const named = (request.headers.host ?? "").replace(/:\d+$/, "");
  const local = named === "" || named === "127.0.0.1" || named === "localhost";
  if (!target.startsWith("/")) return undefined;
  return {
    host: local && standingFor !== "" ? standingFor : named,
    method: request.method ?? "GET",
    path: end < 0 ? target : target.slice(0, end),
    query: new URLSearchParams(end < 0 ? "" : target.slice(end + 1)),
    headers: request.headers,
    source: request.socket.remoteAddress ?? "127.0.0.1",
  };
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  request?: IncomingMessage,
): void {
  // An unread body would be taken for the next request.
  request?.resume();
  if (response.headersSent) return void response.destroy();
  response.setHeader("server", "awselb/2.0");
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(request?.method === "HEAD" ? undefined : body);
}

const TITLES: Readonly<Record<number, string>> = {
  301: "Moved Permanently",
  302: "Found",
  400: "Bad Request",
  404: "Not Found",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

function page(status: number): string {
  const title = `${status} ${TITLES[status] ?? ""}`.trim();
  return `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>\n`;
}

function cookie(request: IncomingMessage, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name) return value;
  }
  return undefined;
}

const nameInCookie = (arn: string): string => arn.split("/").at(-1) ?? arn;

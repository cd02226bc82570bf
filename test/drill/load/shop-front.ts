import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Paths by the module that answers them, longest first; the web page has the rest. */
const ROUTES = [
  ["/api/products", "inventory"],
  ["/api/stock", "inventory"],
  ["/api/shipments", "logistics"],
  ["/api/statistics", "statistics"],
  ["/api/", "orders"],
  ["/", "web"],
] as const;

export interface Front {
  readonly address: string;
  stop(): Promise<void>;
}

/** One public address in front of the modules of a shop. */
export async function startFront(urls: Readonly<Record<string, string>>): Promise<Front> {
  const server = createServer((incoming, outgoing) => {
    const module = ROUTES.find(([prefix]) => incoming.url?.startsWith(prefix))?.[1] ?? "web";
    const target = new URL(incoming.url ?? "/", urls[module]);
    const passed = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

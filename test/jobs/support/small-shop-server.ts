import http from "node:http";
import type { AddressInfo } from "node:net";

/** Answers every path as a module of a release would, and can be changed while it runs. */
export interface SmallShopServer {
  readonly url: string;
  release: string;
  /** Milliseconds before an answer. */
  delay: number;
  status: number;
  /** Body of an answer by the beginning of its path; default `{}`. */
  readonly bodies: Map<string, (path: string) => unknown>;
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startSmallShop(release: string): Promise<SmallShopServer> {
  const shop = { release, delay: 0, status: 200, bodies: new Map(), asked: [] as string[] };
  const server = http.createServer((request, response) => {
    const path = request.url ?? "/";
    shop.asked.push(`${request.method} ${path}`);
    const found = [...shop.bodies].find(([beginning]) => path.startsWith(beginning))?.[1];
    const status = path === "/api/orders" && request.method === "POST" ? 201 : shop.status;
    setTimeout(() => {
      response.writeHead(status, { "x-release": shop.release, "content-type": "application/json" });
      response.end(JSON.stringify(found === undefined ? {} : found(path)));
    }, shop.delay);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return Object.assign(shop, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}

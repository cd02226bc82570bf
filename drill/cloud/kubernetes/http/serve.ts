import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiServer } from "../api/server";
import type { Pod } from "../api/types/pod";
import type { PodAddresses } from "../controllers/target-group-binding";
import type { LogFolder } from "../kubelet/log-file";
import { answer } from "./rest";

/** Serves `/logs/<pod>` and the API below `/api` and `/apis`; false when a path is not the cluster's. */
export function serveCluster(
  server: ApiServer,
  logs: LogFolder,
  addresses: PodAddresses,
): (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean> {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://cluster");
    const proxied = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/:]+):(\d+)\/proxy(\/.*)$/.exec(url.pathname);
    if (proxied !== null && request.method === "GET")
      return toPod(server, addresses, proxied, response).then(() => true);
    if (/^\/(api|apis|version|healthz|readyz)(\/|$)/.test(url.pathname))
      return answer(server, request, response).then(() => true);
    const name = /^\/logs\/(?:([^/]+)\/)?([^/]+)$/.exec(url.pathname);
    if (name === null || request.method !== "GET") return false;
    const pod = server
      .list<Pod>("v1", "Pod")
      .find(
        ({ metadata }) =>
          metadata.name === name[2] && (name[1] === undefined || metadata.namespace === name[1]),
      );
    if (pod === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: `there is no pod ${name[2]}` }));
      return true;
    }
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    response.end(
      containers
        .map((each) => logs.read(pod.metadata.namespace ?? "default", pod.metadata.name, each.name))
        .join(""),
    );
    return true;
  };
}

/** `GET …/pods/NAME:PORT/proxy/PATH`: the API server asks the pod, for those who cannot reach its port. */
async function toPod(
  server: ApiServer,
  addresses: PodAddresses,
  [, namespace = "", name = "", port = "", path = "/"]: readonly string[],
  response: ServerResponse,
): Promise<void> {
  const pod = server.find<Pod>({ apiVersion: "v1", kind: "Pod", namespace, name });
  const address = pod === undefined ? undefined : addresses.addressOf(pod.metadata.uid ?? "", Number(port));
  try {
    if (address === undefined) throw new Error(`pod ${name} has no port ${port} here`);
    const answer = await fetch(`http://${address.host}:${address.port}${path}`);
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(await answer.text());
  } catch (problem) {
    response.writeHead(503, { "content-type": "text/plain" });
    response.end(`error trying to reach service: ${(problem as Error).message}\n`);
  }
}

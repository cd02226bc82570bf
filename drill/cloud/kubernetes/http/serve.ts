import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiServer } from "../api/server";
import type { Pod } from "../api/types/pod";
import type { LogFolder } from "../kubelet/log-file";
import { answer } from "./rest";

/** Serves `/logs/<pod>` and the API below `/api` and `/apis`; false when a path is not the cluster's. */
export function serveCluster(
  server: ApiServer,
  logs: LogFolder,
): (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean> {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://cluster");
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

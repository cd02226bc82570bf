import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "yaml";
import { apiVersionOf } from "../api/kinds";
import type { Answer, ApiServer, Propagation, Reference, WriteOptions } from "../api/server";
import { ApiError, badRequest } from "../api/status";
import type { Fields, KubernetesObject } from "../api/types/meta";
import { parseSelector } from "../api/values/selectors";
import { evict } from "../controllers/disruption-budget";
import { discovery } from "./discovery";
import { parsePath, type ResourcePath } from "./paths";

const MOST_BYTES = 3 * 1024 * 1024;

/** The API server over HTTP on a loopback port, for kubectl-like clients: plain, without authentication. */
export async function serveRest(
  server: ApiServer,
  port = 0,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const listener = http.createServer((request, response) => void answer(server, request, response));
  await new Promise<void>((done, fail) => {
    listener.once("error", fail);
    listener.listen(port, "127.0.0.1", done);
  });
  return {
    port: (listener.address() as AddressInfo).port,
    stop: () =>
      new Promise((done) => {
        listener.closeAllConnections();
        listener.close(() => done());
      }),
  };
}

/** Answers one request to the API. */
export async function answer(
  server: ApiServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://cluster");
    const known = request.method === "GET" ? discovery(url.pathname, server.kinds) : undefined;
    if (known !== undefined) return send(response, 200, known, []);
    const path = parsePath(url.pathname, server.kinds);
    if (path === undefined) {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("404 page not found\n");
      return;
    }
    const body = request.method === "GET" ? undefined : await read(request);
    const { status, object, warnings } = dispatch(server, request, path, url.searchParams, body);
    send(response, status, object, warnings);
  } catch (problem) {
    const error =
      problem instanceof ApiError ? problem : new ApiError(500, "InternalError", (problem as Error).message);
    send(response, error.code, statusOf(error), error.warnings);
  }
}

function dispatch(
  server: ApiServer,
  request: IncomingMessage,
  path: ResourcePath,
  query: URLSearchParams,
  body: Fields | undefined,
): { status: number; object: unknown; warnings: readonly string[] } {
  const reference: Reference = {
    apiVersion: apiVersionOf(path.kind),
    kind: path.kind.kind,
    name: path.name ?? "",
    namespace: path.namespace,
  };
  switch (request.method) {
    case "GET":
      if (path.name !== undefined) return plain(server.get(reference));
      return plain(list(server, path, query));
    case "POST":
      if (path.subresource === "eviction") {
        evict(server, path.namespace ?? "default", path.name ?? "");
        return { status: 201, object: { kind: "Status", apiVersion: "v1", status: "Success" }, warnings: [] };
      }
      return server.create(placed(body, reference, path), options(query));
    case "PUT":
      if (path.subresource === "status") return server.updateStatus(placed(body, reference, path));
      return server.update(placed(body, reference, path), options(query));
    case "PATCH":
      return patch(server, request, path, reference, body ?? {}, query);
    case "DELETE":
      return remove(server, reference, path, query, body ?? {});
    default:
      throw new ApiError(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
      );
  }
}

function patch(
  server: ApiServer,
  request: IncomingMessage,
  path: ResourcePath,
  reference: Reference,
  body: Fields,
  query: URLSearchParams,
): Answer {
  const type = (request.headers["content-type"] ?? "").split(";")[0];
  if (type === "application/apply-patch+yaml")
    return server.apply(placed(body, reference, path), options(query));
  if (type !== "application/merge-patch+json" && type !== "application/strategic-merge-patch+json") {
    throw new ApiError(
      415,
      "UnsupportedMediaType",
      `the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/apply-patch+yaml`,
    );
  }
  if (path.subresource === "scale") {
    return server.scale(reference, Number((body.spec as Fields | undefined)?.replicas ?? 1), options(query));
  }
  return server.patch(reference, body, options(query), path.subresource === "status" ? "status" : undefined);
}

function remove(
  server: ApiServer,
  reference: Reference,
  path: ResourcePath,
  query: URLSearchParams,
  body: Fields,
): Answer<KubernetesObject> {
  const propagation = (query.get("propagationPolicy") ?? body.propagationPolicy) as Propagation | undefined;
  const grace = query.get("gracePeriodSeconds") ?? body.gracePeriodSeconds;
  const answer = server.delete(reference, {
    ...(propagation === undefined ? {} : { propagation }),
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    dryRun: query.has("dryRun"),
  });
  if (server.find(reference) !== undefined) return answer;
  const { name, uid } = answer.object.metadata;
  const details = {
    name,
    kind: path.kind.plural,
    ...(path.kind.group === "" ? {} : { group: path.kind.group }),
    uid,
  };
  return {
    ...answer,
    object: { kind: "Status", apiVersion: "v1", status: "Success", details } as unknown as KubernetesObject,
  };
}

function list(server: ApiServer, { kind, namespace }: ResourcePath, query: URLSearchParams): object {
  const text = query.get("labelSelector");
  const items = server.list(
    apiVersionOf(kind),
    kind.kind,
    namespace,
    text === null ? undefined : parseSelector(text),
  );
  const named = /^metadata\.name=(.*)$/.exec(query.get("fieldSelector") ?? "")?.[1];
  return {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: server.version },
    items: named === undefined ? items : items.filter(({ metadata }) => metadata.name === named),
  };
}

/** The body with what the path says. */
function placed(
  body: Fields | undefined,
  { apiVersion, kind, name, namespace }: Reference,
  path: ResourcePath,
): KubernetesObject {
  const metadata = (body?.metadata ?? {}) as Fields;
  if (path.name !== undefined && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
    );
  }
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  const place = { ...(name === "" ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion, kind, ...body, metadata: { ...metadata, ...place } } as unknown as KubernetesObject;
}

function options(query: URLSearchParams): WriteOptions {
  return {
    fieldManager: query.get("fieldManager") ?? undefined,
    fieldValidation: (query.get("fieldValidation") ?? "Warn") as "Strict",
    force: query.get("force") === "true",
    dryRun: query.has("dryRun"),
  };
}

async function read(request: IncomingMessage): Promise<Fields | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_BYTES)
      throw new ApiError(413, "RequestEntityTooLarge", `the request is larger than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  if (text.trim() === "") return undefined;
  try {
    return parse(text) as Fields;
  } catch (problem) {
    throw badRequest(`the body is neither JSON nor YAML: ${(problem as Error).message.split("\n")[0]}`);
  }
}

function plain(object: unknown): { status: number; object: unknown; warnings: readonly string[] } {
  return { status: 200, object, warnings: [] };
}

function statusOf(error: ApiError): object {
  const { causes, ...details } = error.details;
  const shown = causes?.map(({ field, type, message }) => ({
    reason: type,
    message,
    ...(field === "" ? {} : { field }),
  }));
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: error.message,
    ...(error.reason === "" ? {} : { reason: error.reason }),
    details: { ...details, ...(shown === undefined ? {} : { causes: shown }) },
    code: error.code,
  };
}

function send(response: ServerResponse, status: number, object: unknown, warnings: readonly string[]): void {
  if (warnings.length > 0) {
    response.setHeader(
      "warning",
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(object));
}

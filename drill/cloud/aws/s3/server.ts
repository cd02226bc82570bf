import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Log } from "../../ports";
import * as buckets from "./bucket-operations";
import type { Operation, S3Call, Uploads } from "./call";
import { S3Failure } from "./failure";
import * as multipart from "./multipart-operations";
import * as objects from "./object-operations";
import type { S3Storage } from "./storage";
import { render } from "./xml";

export interface S3Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface S3ServerOptions {
  readonly storage: S3Storage;
  readonly port: number;
  /** The access key that callers must name. Signatures are not computed: whoever reaches the loopback address may try. */
  readonly accessKeyId: string;
  /** Lets a fault answer in place of the server. */
  readonly trouble: () => S3Failure | undefined;
  readonly log: Log;
}

/** The S3 API with path-style addresses, as far as the AWS SDK and tools use it for objects. */
export async function serveS3(options: S3ServerOptions): Promise<S3Server> {
  const uploads: Uploads = new Map();
  const server = createServer((request, response) => {
    void answerCall(options, uploads, request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(options.port, "127.0.0.1", done);
  });
  return {
    endpoint: `http://127.0.0.1:${options.port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answerCall(
  options: S3ServerOptions,
  uploads: Uploads,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = randomUUID();
  response.setHeader("x-amz-request-id", id);
  try {
    const trouble = options.trouble();
    if (trouble !== undefined) throw trouble;
    authenticate(request, options.accessKeyId);
    const url = new URL(request.url ?? "/", "http://s3");
    const [, bucket = "", ...rest] = url.pathname.split("/");
    const call: S3Call = {
      storage: options.storage,
      uploads,
      request,
      response,
      bucket: decodeURIComponent(bucket),
      key: decodeURIComponent(rest.join("/")),
      query: url.searchParams,
    };
    await operationOf(call)(call);
  } catch (problem) {
    const failure =
      problem instanceof S3Failure
        ? problem
        : new S3Failure(500, "InternalError", "We encountered an internal error. Please try again.");
    if (!(problem instanceof S3Failure) && !request.destroyed)
      options.log("S3 call failed", { method: request.method, url: request.url, problem: String(problem) });
    if (response.headersSent) return void response.destroy();
    request.resume();
    const body = render("Error", { Code: failure.code, Message: failure.message, RequestId: id });
    response.writeHead(failure.status, {
      "content-type": "application/xml",
      "content-length": Buffer.byteLength(body),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }
}

function authenticate(request: IncomingMessage, accessKeyId: string): void {
  const named =
    /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ??
    /[?&]X-Amz-Credential=([^%/&]+)/.exec(request.url ?? "")?.[1];
  if (named === undefined)
    throw new S3Failure(403, "AccessDenied", "Access Denied: the request is not signed");
  if (named !== accessKeyId)
    throw new S3Failure(
      403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
}

const BUCKET_OPERATIONS: readonly [string, string | undefined, Operation][] = [
  ["HEAD", undefined, buckets.headBucket],
  ["POST", "delete", buckets.deleteObjects],
  ["GET", "versioning", buckets.getVersioning],
  ["GET", "object-lock", buckets.getObjectLock],
  ["GET", "location", buckets.getLocation],
  ["GET", "versions", buckets.listVersions],
  ["GET", "list-type", buckets.listObjects],
  ["GET", undefined, buckets.listObjects],
];

const OBJECT_OPERATIONS: readonly [string, string | undefined, Operation][] = [
  ["POST", "uploads", multipart.createUpload],
  ["POST", "uploadId", multipart.completeUpload],
  ["PUT", "partNumber", multipart.uploadPart],
  ["GET", "uploadId", multipart.listParts],
  ["DELETE", "uploadId", multipart.abortUpload],
  ["PUT", "retention", buckets.putRetention],
  ["GET", "retention", buckets.getRetention],
  ["PUT", "legal-hold", buckets.putLegalHold],
  ["GET", "legal-hold", buckets.getLegalHold],
  ["GET", undefined, objects.getObject],
  ["HEAD", undefined, objects.getObject],
  [
    "PUT",
    undefined,
    (call) =>
      call.request.headers["x-amz-copy-source"] === undefined
        ? objects.putObject(call)
        : objects.copyObject(call),
  ],
  ["DELETE", undefined, objects.deleteObject],
];

/** Sub-resources that no operation above serves must not fall through to the plain operation. */
const SUB_RESOURCES = [
  "acl",
  "tagging",
  "policy",
  "lifecycle",
  "replication",
  "cors",
  "encryption",
  "logging",
  "notification",
  "attributes",
  "torrent",
  "restore",
  "select",
  "website",
  "uploads",
  "publicAccessBlock",
  "ownershipControls",
];

function operationOf(call: S3Call): Operation {
  const { bucket, key, query } = call;
  const method = call.request.method ?? "GET";
  if (bucket === "" && method === "GET") return buckets.listBuckets;
  const table = key === "" ? BUCKET_OPERATIONS : OBJECT_OPERATIONS;
  const found = table.find(
    ([verb, parameter]) =>
      verb === method &&
      (parameter === undefined ? !SUB_RESOURCES.some((name) => query.has(name)) : query.has(parameter)),
  );
  if (found === undefined)
    throw new S3Failure(
      501,
      "NotImplemented",
      `The drill cloud does not serve ${method} ${call.request.url ?? ""}`,
    );
  return found[2];
}

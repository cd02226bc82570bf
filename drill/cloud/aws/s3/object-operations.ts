import { randomUUID } from "node:crypto";
import { copyFileSync, createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { answer, answerXml, bypasses, header, type S3Call, versionIn } from "./call";
import { S3Failure } from "./failure";
import { receive } from "./receive";
import type { LockMode, NewVersion, Version } from "./storage";

const KEPT_HEADERS = ["content-type", "cache-control", "content-disposition", "content-language", "expires"];

export async function putObject(call: S3Call): Promise<void> {
  const { storage, bucket, key, request } = call;
  storage.bucket(bucket);
  refuseByCondition(call, storage.find(bucket, key));
  const received = await receive(request, storage.incoming);
  // Others may have written while the body came in.
  refuseByCondition(call, storage.find(bucket, key));
  const version = storage.add(bucket, key, received.file, {
    size: received.size,
    etag: `"${received.md5}"`,
    checksums: received.checksums,
    headers: keptHeaders(request.headers),
    ...lockHeaders(request.headers),
  });
  answer(call, 200, { etag: version.etag, ...identity(version), ...checksumHeaders(version) });
}

export async function copyObject(call: S3Call): Promise<void> {
  const { storage, bucket, key, request } = call;
  const source = decodeURIComponent(header(call, "x-amz-copy-source") ?? "").replace(/^\//, "");
  const [place = "", versionQuery] = source.split("?versionId=");
  const [fromBucket = "", ...rest] = place.split("/");
  const original = storage.present(fromBucket, rest.join("/"), versionQuery);
  const copy = path.join(storage.incoming, randomUUID());
  copyFileSync(original.file, copy);
  const replaces = header(call, "x-amz-metadata-directive") === "REPLACE";
  const version = storage.add(bucket, key, copy, {
    size: original.size,
    etag: original.etag,
    checksums: original.checksums,
    headers: replaces ? keptHeaders(request.headers) : original.headers,
    ...lockHeaders(request.headers),
  });
  for (const [name, value] of Object.entries(identity(version))) call.response.setHeader(name, value);
  answerXml(call, "CopyObjectResult", { ETag: version.etag, LastModified: version.lastModified });
}

export async function getObject(call: S3Call): Promise<void> {
  const { storage, bucket, key, response } = call;
  const version = presentVersion(call);
  const condition = header(call, "if-none-match");
  if (condition !== undefined && condition === version.etag) return answer(call, 304, { etag: version.etag });
  const wanted = header(call, "if-match");
  if (wanted !== undefined && wanted !== version.etag && wanted !== "*") throw preconditionFailed();
  const range = rangeOf(header(call, "range"), version.size);
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    etag: version.etag,
    "last-modified": new Date(version.lastModified).toUTCString(),
    ...version.headers,
    ...identity(version),
    ...lockAnswer(version),
    // A checksum is of the whole object.
    ...(header(call, "x-amz-checksum-mode") === "ENABLED" && range === undefined
      ? checksumHeaders(version)
      : {}),
  };
  const [first, last] = range ?? [0, version.size - 1];
  headers["content-length"] = String(Math.max(0, last - first + 1));
  if (range !== undefined) headers["content-range"] = `bytes ${first}-${last}/${version.size}`;
  response.writeHead(range === undefined ? 200 : 206, headers);
  if (call.request.method === "HEAD" || version.size === 0) {
    response.end();
    return;
  }
  const { file } = storage.present(bucket, key, version.versionId);
  await pipeline(createReadStream(file, { start: first, end: last }), response);
}

export function deleteObject(call: S3Call): void {
  const gone = call.storage.remove(call.bucket, call.key, versionIn(call), bypasses(call));
  answer(call, 204, {
    "x-amz-delete-marker": gone.deleteMarker ? "true" : undefined,
    "x-amz-version-id": gone.versionId,
  });
}

function presentVersion(call: S3Call): Version {
  const { storage, bucket, key } = call;
  const newest = storage.find(bucket, key, versionIn(call));
  if (newest?.deleteMarker) {
    call.response.setHeader("x-amz-delete-marker", "true");
    call.response.setHeader("x-amz-version-id", newest.versionId);
  }
  return storage.present(bucket, key, versionIn(call));
}

export function keptHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (KEPT_HEADERS.includes(name) || name.startsWith("x-amz-meta-")) kept[name] = String(value);
  }
  const encoding = String(headers["content-encoding"] ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "aws-chunked");
  if (encoding.length > 0) kept["content-encoding"] = encoding.join(", ");
  const encryption = headers["x-amz-server-side-encryption"];
  kept["x-amz-server-side-encryption"] = typeof encryption === "string" ? encryption : "AES256";
  return kept;
}

export function lockHeaders(
  headers: NodeJS.Dict<string | string[]>,
): Pick<NewVersion, "retention" | "legalHold"> {
  const mode = headers["x-amz-object-lock-mode"];
  const until = headers["x-amz-object-lock-retain-until-date"];
  const hold = headers["x-amz-object-lock-legal-hold"];
  return {
    ...(typeof mode === "string" && typeof until === "string"
      ? { retention: { mode: mode as LockMode, until: new Date(until).toISOString() } }
      : {}),
    ...(hold === undefined ? {} : { legalHold: hold === "ON" }),
  };
}

export function identity(version: Version): Record<string, string> {
  return version.versionId === "null" ? {} : { "x-amz-version-id": version.versionId };
}

function checksumHeaders(version: Version): Record<string, string> {
  return Object.fromEntries(
    Object.entries(version.checksums).map(([name, value]) => [`x-amz-${name}`, value]),
  );
}

function lockAnswer({ retention, legalHold }: Version): Record<string, string> {
  return {
    ...(retention === undefined
      ? {}
      : {
          "x-amz-object-lock-mode": retention.mode,
          "x-amz-object-lock-retain-until-date": retention.until,
        }),
    ...(legalHold === undefined ? {} : { "x-amz-object-lock-legal-hold": legalHold ? "ON" : "OFF" }),
  };
}

function refuseByCondition(call: S3Call, present: Version | undefined): void {
  const exists = present !== undefined && !present.deleteMarker;
  const [none, match] = [header(call, "if-none-match"), header(call, "if-match")];
  if (none === "*" && exists) throw preconditionFailed();
  if (match !== undefined && (!exists || present.etag !== match)) throw preconditionFailed();
}

const preconditionFailed = (): S3Failure =>
  new S3Failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

function rangeOf(range: string | undefined, size: number): [number, number] | undefined {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(range ?? "");
  if (parts === null || (parts[1] === "" && parts[2] === "")) return undefined;
  const first = parts[1] === "" ? Math.max(0, size - Number(parts[2])) : Number(parts[1]);
  const last = parts[1] === "" || parts[2] === "" ? size - 1 : Math.min(size - 1, Number(parts[2]));
  if (first > last || first >= size)
    throw new S3Failure(416, "InvalidRange", "The requested range is not satisfiable");
  return [first, last];
}

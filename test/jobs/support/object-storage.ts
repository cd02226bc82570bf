import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { createS3ObjectStore } from "../../../jobs/frame/s3-object-store";

/** A very small S3: objects in memory, path style, multipart uploads, checksums that are really checked. */
export interface ObjectStorage {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  readonly requests: { method: string; url: string; headers: http.IncomingHttpHeaders }[];
  /** The next requests are answered with 503. */
  failNext(count: number): void;
  store(): ReturnType<typeof createS3ObjectStore>;
  text(key: string): string;
  close(): Promise<void>;
}

export async function startObjectStorage(): Promise<ObjectStorage> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: ObjectStorage["requests"] = [];
  let failures = 0;
  const server = http.createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const url = new URL(request.url ?? "/", "http://storage");
    const key = decodeURIComponent(url.pathname.slice(1));
    requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    const answer = (status: number, content: string | Buffer = "", headers = {}): void => {
      response.writeHead(status, headers).end(content);
    };
    if (failures > 0) {
      failures -= 1;
      return answer(503, "<Error><Code>SlowDown</Code></Error>");
    }
    const sum = request.headers["x-amz-checksum-sha256"];
    const real = createHash("sha256").update(body).digest("base64");
    if (body.length > 0 && typeof sum === "string" && request.method === "PUT" && sum !== real)
      return answer(400, "<Error><Code>BadDigest</Code></Error>");
    const uploadId = url.searchParams.get("uploadId") ?? "";
    if (request.method === "POST" && url.searchParams.has("uploads")) {
      const id = String(uploads.size + 1);
      uploads.set(id, new Map());
      return answer(
        200,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (request.method === "PUT" && uploadId !== "") {
      uploads.get(uploadId)?.set(Number(url.searchParams.get("partNumber")), body);
      return answer(200, "", { ETag: `"${real}"` });
    }
    if (request.method === "POST" && uploadId !== "") {
      const parts = [...(uploads.get(uploadId) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part);
      objects.set(key, Buffer.concat(parts));
      return answer(200, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
    }
    if (request.method === "DELETE") {
      uploads.delete(uploadId);
      return answer(204);
    }
    if (request.method === "PUT") {
      objects.set(key, body);
      return answer(200, "", { ETag: `"${real}"` });
    }
    if (url.searchParams.has("list-type")) {
      const wanted = `${key.replace(/\/$/, "")}/${url.searchParams.get("prefix") ?? ""}`;
      const contents = [...objects]
        .filter(([name]) => name.startsWith(wanted))
        .map(
          ([name, bytes]) =>
            `<Contents><Key>${name.slice(name.indexOf("/") + 1)}</Key><Size>${bytes.length}</Size></Contents>`,
        );
      return answer(
        200,
        `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`,
      );
    }
    const found = objects.get(key);
    if (found === undefined) return answer(404, "<Error><Code>NoSuchKey</Code></Error>");
    return answer(200, found, { "Content-Length": String(found.length) });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    objects,
    requests,
    failNext: (count) => {
      failures = count;
    },
    store() {
      Object.assign(process.env, {
        AWS_ENDPOINT_URL_S3: url,
        AWS_REGION: "eu-central-1",
        AWS_ACCESS_KEY_ID: "AKIDTESTTESTTEST",
        AWS_SECRET_ACCESS_KEY: "not-a-real-key-for-tests",
      });
      return createS3ObjectStore();
    },
    text: (key) => objects.get(key)?.toString("utf8") ?? "",
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

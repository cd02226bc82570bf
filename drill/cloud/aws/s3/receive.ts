import { createHash, randomBytes } from "node:crypto";
import { createWriteStream, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CHECKSUMS, type Checksum } from "./checksums";
import { ChunkedBody } from "./chunked-body";
import { S3Failure } from "./failure";

export interface Received {
  readonly file: string;
  readonly size: number;
  /** MD5 in hexadecimal digits. */
  readonly md5: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/** Writes a request's body into a file of `folder`. Throws, and leaves no file, when a checksum or the length is wrong. */
export async function receive(request: IncomingMessage, folder: string): Promise<Received> {
  const file = path.join(folder, randomBytes(16).toString("hex"));
  const chunked =
    /aws-chunked/.test(String(request.headers["content-encoding"] ?? "")) ||
    String(request.headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const body = chunked ? new ChunkedBody() : undefined;
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  const computing = wantedChecksums(request);
  let size = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      md5.update(chunk);
      sha256.update(chunk);
      for (const checksum of computing.values()) checksum.update(chunk);
      done(null, chunk);
    },
  });
  try {
    const sink = createWriteStream(file, { mode: 0o600 });
    if (body === undefined) await pipeline(request, counting, sink);
    else await pipeline(request, body, counting, sink);
    const announced = { ...amazonHeaders(request), ...amazonHeaders({ headers: body?.trailers ?? {} }) };
    const computed = Object.fromEntries([...computing].map(([name, checksum]) => [name, checksum.digest()]));
    for (const [name, value] of Object.entries(computed))
      if (announced[name] !== undefined && announced[name] !== value)
        throw new S3Failure(
          400,
          "BadDigest",
          `The ${name.replace("checksum-", "").toUpperCase()} you specified did not match the calculated checksum.`,
        );
    const digest = md5.digest();
    refuseOther(request.headers["content-md5"], digest.toString("base64"), "Content-MD5");
    const content = request.headers["x-amz-content-sha256"];
    if (typeof content === "string" && /^[0-9a-f]{64}$/.test(content))
      refuseOther(content, sha256.digest("hex"), "x-amz-content-sha256");
    const length = request.headers["x-amz-decoded-content-length"];
    refuseOther(length, String(size), "x-amz-decoded-content-length");
    const kept = announced["checksum-crc64nvme"];
    return {
      file,
      size,
      md5: digest.toString("hex"),
      checksums: kept === undefined ? computed : { ...computed, "checksum-crc64nvme": kept },
    };
  } catch (problem) {
    rmSync(file, { force: true });
    throw problem;
  }
}

function refuseOther(announced: string | string[] | undefined, real: string, what: string): void {
  if (announced !== undefined && announced !== real)
    throw new S3Failure(400, "BadDigest", `The ${what} you specified did not match what we received.`);
}

/** The checksums to compute: those that the request carries, announces as trailer, or asks for. */
function wantedChecksums(request: IncomingMessage): Map<string, Checksum> {
  const trailer = String(request.headers["x-amz-trailer"] ?? "").toLowerCase();
  const algorithm = String(
    request.headers["x-amz-sdk-checksum-algorithm"] ?? request.headers["x-amz-checksum-algorithm"] ?? "",
  ).toLowerCase();
  const wanted = new Map<string, Checksum>();
  for (const [name, create] of Object.entries(CHECKSUMS))
    if (
      `x-amz-${name}` in request.headers ||
      trailer.includes(`x-amz-${name}`) ||
      name === `checksum-${algorithm}`
    )
      wanted.set(name, create());
  return wanted;
}

function amazonHeaders({ headers }: { headers: NodeJS.Dict<string | string[]> }): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith("x-amz-"))
      .map(([name, value]) => [name.slice("x-amz-".length), String(value)]),
  );
}

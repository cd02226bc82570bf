import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { answer, answerXml, document, type S3Call, type Upload } from "./call";
import { S3Failure } from "./failure";
import { identity, keptHeaders, lockHeaders } from "./object-operations";
import { receive } from "./receive";
import { elements, textOf } from "./xml";

const SMALLEST_PART = 5 * 1024 * 1024;

export function createUpload(call: S3Call): void {
  const { bucket, key, request, uploads } = call;
  call.storage.bucket(bucket);
  const id = randomBytes(24).toString("base64url");
  uploads.set(id, { bucket, key, headers: request.headers, parts: new Map() });
  answerXml(call, "InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: id });
}

export async function uploadPart(call: S3Call): Promise<void> {
  const upload = uploadOf(call);
  const number = Number(call.query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw new S3Failure(400, "InvalidArgument", "Part number must be an integer between 1 and 10000");
  const received = await receive(call.request, call.storage.incoming);
  const before = upload.parts.get(number);
  upload.parts.set(number, received);
  if (before !== undefined) rmSync(before.file, { force: true });
  const checksums = Object.entries(received.checksums).map(([name, value]) => [`x-amz-${name}`, value]);
  answer(call, 200, { etag: `"${received.md5}"`, ...Object.fromEntries(checksums) });
}

export async function completeUpload(call: S3Call): Promise<void> {
  const { bucket, key, storage, uploads, query } = call;
  const upload = uploadOf(call);
  const wanted = elements(await document(call), "Part").map((part) => ({
    number: Number(textOf(part, "PartNumber")),
    etag: (textOf(part, "ETag") ?? "").replace(/"/g, ""),
  }));
  const parts = wanted.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (part === undefined || part.md5 !== etag)
      throw new S3Failure(400, "InvalidPart", `Part ${number} was not uploaded, or its ETag is another`);
    if (index > 0 && number <= (wanted[index - 1]?.number ?? 0))
      throw new S3Failure(400, "InvalidPartOrder", "The list of parts was not in ascending order");
    if (part.size < SMALLEST_PART && index < wanted.length - 1)
      throw new S3Failure(
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
      );
    return part;
  });
  if (parts.length === 0) throw new S3Failure(400, "MalformedXML", "You must specify at least one part");
  const whole = path.join(storage.incoming, randomBytes(16).toString("hex"));
  for (const [index, part] of parts.entries())
    await pipeline(
      createReadStream(part.file),
      createWriteStream(whole, { flags: index === 0 ? "wx" : "a", mode: 0o600 }),
    );
  const digests = Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, "hex")));
  const version = storage.add(bucket, key, whole, {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: `"${createHash("md5").update(digests).digest("hex")}-${parts.length}"`,
    checksums: {},
    headers: keptHeaders(upload.headers),
    ...lockHeaders(upload.headers),
  });
  discard(upload);
  uploads.delete(query.get("uploadId") ?? "");
  for (const [name, value] of Object.entries(identity(version))) call.response.setHeader(name, value);
  answerXml(call, "CompleteMultipartUploadResult", { Bucket: bucket, Key: key, ETag: version.etag });
}

export function abortUpload(call: S3Call): void {
  discard(uploadOf(call));
  call.uploads.delete(call.query.get("uploadId") ?? "");
  answer(call, 204);
}

export function listParts(call: S3Call): void {
  const parts = [...uploadOf(call).parts].sort(([a], [b]) => a - b);
  answerXml(call, "ListPartsResult", {
    Bucket: call.bucket,
    Key: call.key,
    UploadId: call.query.get("uploadId") ?? "",
    IsTruncated: false,
    Part: parts.map(([number, { size, md5 }]) => ({ PartNumber: number, ETag: `"${md5}"`, Size: size })),
  });
}

function uploadOf({ uploads, query, bucket, key }: S3Call): Upload {
  const upload = uploads.get(query.get("uploadId") ?? "");
  if (upload === undefined || upload.bucket !== bucket || upload.key !== key)
    throw new S3Failure(404, "NoSuchUpload", "The specified multipart upload does not exist");
  return upload;
}

function discard(upload: Upload): void {
  for (const { file } of upload.parts.values()) rmSync(file, { force: true });
}

import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { ObjectAddress, ObjectStore, PutOptions, StoredObject } from "./object-store";
import { inParts } from "./parts";

/** Object storage on Amazon S3. Region, credentials and endpoint come from the AWS SDK's own environment. */
export function createS3ObjectStore(signal?: AbortSignal): ObjectStore {
  // Node 20 is supported here on purpose; a warning in every log would only hide others.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const client = new S3Client({
    maxAttempts: 6,
    retryMode: "standard",
    // A stand-in on the loopback address knows no names of buckets in its host name.
    forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const limits = signal === undefined ? {} : { abortSignal: signal };

  async function read({ bucket, key }: ObjectAddress): Promise<Readable | undefined> {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), limits);
      return answer.Body as Readable | undefined;
    } catch (problem) {
      if (isMissing(problem)) return undefined;
      throw problem;
    }
  }

  async function put({ bucket, key }: ObjectAddress, body: Uint8Array, options: PutOptions = {}) {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentLength: body.length,
        ChecksumSHA256: checksum(body),
        ...headers(options),
      }),
      // A document about being stopped must still be written.
    );
  }

  async function putStream(
    at: ObjectAddress,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<StoredObject> {
    const whole = createHash("sha256");
    const target = { Bucket: at.bucket, Key: at.key };
    let bytes = 0;
    let uploadId: string | undefined;
    const parts: { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string }[] = [];
    try {
      for await (const { part, last } of inParts(body)) {
        signal?.throwIfAborted();
        whole.update(part);
        bytes += part.length;
        if (last && uploadId === undefined) {
          await put(at, part, options);
          break;
        }
        uploadId ??= (
          await client.send(
            new CreateMultipartUploadCommand({
              ...target,
              ChecksumAlgorithm: "SHA256",
              ...headers(options),
            }),
            limits,
          )
        ).UploadId;
        const number = parts.length + 1;
        const sum = checksum(part);
        const answer = await client.send(
          new UploadPartCommand({
            ...target,
            UploadId: uploadId,
            PartNumber: number,
            Body: part,
            ContentLength: part.length,
            ChecksumSHA256: sum,
          }),
          limits,
        );
        parts.push({ PartNumber: number, ETag: answer.ETag, ChecksumSHA256: sum });
      }
      if (uploadId !== undefined)
        await client.send(
          new CompleteMultipartUploadCommand({
            ...target,
            UploadId: uploadId,
            MultipartUpload: { Parts: parts },
          }),
          limits,
        );
    } catch (problem) {
      if (uploadId !== undefined)
        await client
          .send(new AbortMultipartUploadCommand({ ...target, UploadId: uploadId }))
          .catch(() => undefined); // The bucket's lifecycle rule removes what is left.
      throw problem;
    }
    return { bytes, sha256: whole.digest("hex") };
  }

  return {
    put,
    putStream,
    async get(at) {
      const body = await read(at);
      if (body === undefined) return undefined;
      const pieces: Buffer[] = [];
      for await (const piece of body) pieces.push(piece as Buffer);
      return Buffer.concat(pieces);
    },
    getStream: read,
    async *list(bucket, prefix) {
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
        for (const one of page.Contents ?? [])
          if (one.Key !== undefined) yield { key: one.Key, bytes: one.Size ?? 0 };
    },
    close: () => client.destroy(),
  };
}

const checksum = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");

function headers({ contentType, kmsKey }: PutOptions) {
  return {
    ...(contentType === undefined ? {} : { ContentType: contentType }),
    ...(kmsKey === undefined ? {} : { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: kmsKey }),
  };
}

function isMissing(problem: unknown): boolean {
  const { name, $metadata } = problem as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name === "NoSuchKey" || name === "NotFound" || $metadata?.httpStatusCode === 404;
}

import { readFileSync } from "node:fs";
import type { Values } from "../../provider/values";
import type { Account } from "../account";
import { text } from "../resources";
import { S3Failure } from "../s3/failure";
import { listing } from "../s3/listing";
import type { S3Storage, Version } from "../s3/storage";

/** `aws.s3.getObject` and `aws.s3.getBucketObject`: an object with its body, where that is a text. */
export function getObject(storage: S3Storage, inputs: Values, account: Account): Values {
  const [bucket, key] = [text(inputs, "bucket"), text(inputs, "key")];
  const version = present(storage, bucket, key, text(inputs, "versionId") || undefined);
  const header = (name: string): string => version.headers[name] ?? "";
  const wanted = text(inputs, "downloadBody");
  // As in the real function: a body of any other type could not be shown in a state.
  const readable = /^(text\/|application\/(.+\+)?(json|xml|yaml|x-yaml|javascript))/i.test(
    header("content-type"),
  );
  const content =
    wanted === "true" || (wanted !== "false" && readable) ? readFileSync(version.file) : undefined;
  const metadata = Object.entries(version.headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  return {
    ...inputs,
    id: `${bucket}/${key}`,
    arn: `arn:aws:s3:::${bucket}/${key}`,
    region: account.region,
    body: content?.toString("utf8") ?? "",
    bodyBase64: content?.toString("base64") ?? "",
    bucketKeyEnabled: false,
    cacheControl: header("cache-control"),
    checksumCrc32: version.checksums["checksum-crc32"] ?? "",
    checksumCrc32c: version.checksums["checksum-crc32c"] ?? "",
    checksumCrc64nvme: version.checksums["checksum-crc64nvme"] ?? "",
    checksumSha1: version.checksums["checksum-sha1"] ?? "",
    checksumSha256: version.checksums["checksum-sha256"] ?? "",
    contentDisposition: header("content-disposition"),
    contentEncoding: header("content-encoding"),
    contentLanguage: header("content-language"),
    contentLength: version.size,
    contentType: header("content-type"),
    etag: version.etag.replace(/"/g, ""),
    expiration: "",
    expires: header("expires"),
    lastModified: new Date(version.lastModified).toUTCString().replace("GMT", "UTC"),
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice("x-amz-meta-".length), value])),
    objectLockLegalHoldStatus: version.legalHold === undefined ? "" : version.legalHold ? "ON" : "OFF",
    objectLockMode: version.retention?.mode ?? "",
    objectLockRetainUntilDate: version.retention?.until ?? "",
    serverSideEncryption: header("x-amz-server-side-encryption"),
    sseKmsKeyId: "",
    storageClass: "STANDARD",
    tags: {},
    versionId: version.versionId,
    websiteRedirectLocation: "",
  };
}

function present(
  storage: S3Storage,
  bucket: string,
  key: string,
  versionId: string | undefined,
): Version & { file: string } {
  try {
    return storage.present(bucket, key, versionId);
  } catch (problem) {
    if (!(problem instanceof S3Failure)) throw problem;
    throw new Error(`reading S3 Bucket (${bucket}) Object (${key}): ${problem.code}: ${problem.message}`);
  }
}

/** `aws.s3.getObjects`: the keys of a bucket, in pages joined up to `maxKeys`. */
export function getObjects(storage: S3Storage, inputs: Values, account: Account): Values {
  const bucket = text(inputs, "bucket");
  try {
    const page = listing({
      keys: storage.keys(bucket).filter((key) => storage.find(bucket, key)?.deleteMarker === false),
      prefix: text(inputs, "prefix"),
      delimiter: text(inputs, "delimiter"),
      after: text(inputs, "startAfter"),
      maximum: Number(inputs.maxKeys ?? 1000),
    });
    return {
      ...inputs,
      id: bucket,
      region: account.region,
      keys: page.keys,
      commonPrefixes: page.prefixes,
      owners: [],
      requestCharged: "",
    };
  } catch (problem) {
    if (!(problem instanceof S3Failure)) throw problem;
    throw new Error(`listing S3 Bucket (${bucket}) Objects: ${problem.code}: ${problem.message}`);
  }
}

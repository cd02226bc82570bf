import { answer, answerXml, bypasses, document, type S3Call, versionIn } from "./call";
import { S3Failure } from "./failure";
import { listing } from "./listing";
import type { LockMode, Version } from "./storage";
import { elements, textOf } from "./xml";

export function listBuckets(call: S3Call): void {
  answerXml(call, "ListAllMyBucketsResult", {
    Owner: { ID: "drill" },
    Buckets: {
      Bucket: call.storage.list().map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt })),
    },
  });
}

export function headBucket(call: S3Call): void {
  call.storage.bucket(call.bucket);
  answer(call, 200, { "x-amz-bucket-region": "eu-central-1" });
}

export function getVersioning(call: S3Call): void {
  const { versioning } = call.storage.bucket(call.bucket);
  answerXml(call, "VersioningConfiguration", versioning === "Never" ? {} : { Status: versioning });
}

export function getObjectLock(call: S3Call): void {
  const { objectLock, defaultRetention } = call.storage.bucket(call.bucket);
  if (!objectLock)
    throw new S3Failure(
      404,
      "ObjectLockConfigurationNotFoundError",
      "Object Lock configuration does not exist for this bucket",
    );
  answerXml(call, "ObjectLockConfiguration", {
    ObjectLockEnabled: "Enabled",
    Rule:
      defaultRetention === undefined
        ? undefined
        : { DefaultRetention: { Mode: defaultRetention.mode, Days: defaultRetention.days } },
  });
}

export function listObjects(call: S3Call): void {
  const { query, storage, bucket } = call;
  const second = query.get("list-type") === "2";
  const page = listing({
    keys: storage.keys(bucket).filter((key) => storage.find(bucket, key)?.deleteMarker === false),
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after: second
      ? (query.get("continuation-token") ?? query.get("start-after") ?? "")
      : (query.get("marker") ?? ""),
    maximum: Math.min(1000, Number(query.get("max-keys") ?? 1000)),
  });
  answerXml(call, "ListBucketResult", {
    Name: bucket,
    Prefix: query.get("prefix") ?? "",
    Delimiter: query.get("delimiter") ?? undefined,
    MaxKeys: Number(query.get("max-keys") ?? 1000),
    KeyCount: second ? page.keys.length + page.prefixes.length : undefined,
    IsTruncated: page.next !== undefined,
    NextContinuationToken: second ? page.next : undefined,
    NextMarker: second ? undefined : page.next,
    Contents: page.keys.map((key) => {
      const version = storage.find(bucket, key) as Version;
      return {
        Key: key,
        LastModified: version.lastModified,
        ETag: version.etag,
        Size: version.size,
        StorageClass: "STANDARD",
      };
    }),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: prefix })),
  });
}

export function listVersions(call: S3Call): void {
  const { query, storage, bucket } = call;
  const page = listing({
    keys: storage.keys(bucket),
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after: query.get("key-marker") ?? "",
    maximum: Math.min(1000, Number(query.get("max-keys") ?? 1000)),
  });
  const all = page.keys.flatMap((key) =>
    storage.versions(bucket, key).map((version, index) => ({
      version,
      shown: {
        Key: key,
        VersionId: version.versionId,
        IsLatest: index === 0,
        LastModified: version.lastModified,
      },
    })),
  );
  answerXml(call, "ListVersionsResult", {
    Name: bucket,
    Prefix: query.get("prefix") ?? "",
    IsTruncated: page.next !== undefined,
    NextKeyMarker: page.next,
    Version: all
      .filter(({ version }) => !version.deleteMarker)
      .map(({ shown, version }) => ({
        ...shown,
        ETag: version.etag,
        Size: version.size,
        StorageClass: "STANDARD",
      })),
    DeleteMarker: all.filter(({ version }) => version.deleteMarker).map(({ shown }) => shown),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: prefix })),
  });
}

export async function deleteObjects(call: S3Call): Promise<void> {
  const xml = await document(call);
  const deleted: { Key: string; VersionId: string | undefined; DeleteMarker?: boolean }[] = [];
  const errors: { Key: string; Code: string; Message: string }[] = [];
  for (const object of elements(xml, "Object")) {
    const key = textOf(object, "Key") ?? "";
    try {
      const gone = call.storage.remove(call.bucket, key, textOf(object, "VersionId"), bypasses(call));
      deleted.push({
        Key: key,
        VersionId: gone.versionId,
        ...(gone.deleteMarker ? { DeleteMarker: true } : {}),
      });
    } catch (problem) {
      if (!(problem instanceof S3Failure)) throw problem;
      errors.push({ Key: key, Code: problem.code, Message: problem.message });
    }
  }
  const quiet = textOf(xml, "Quiet") === "true";
  answerXml(call, "DeleteResult", { Deleted: quiet ? [] : deleted, Error: errors });
}

export function getRetention(call: S3Call): void {
  const retention = locked(call).retention;
  if (retention === undefined)
    throw new S3Failure(
      404,
      "NoSuchObjectLockConfiguration",
      "The specified object does not have a ObjectLock configuration",
    );
  answerXml(call, "Retention", { Mode: retention.mode, RetainUntilDate: retention.until });
}

export function getLegalHold(call: S3Call): void {
  answerXml(call, "LegalHold", { Status: locked(call).legalHold === true ? "ON" : "OFF" });
}

function locked(call: S3Call): Version {
  return call.storage.present(call.bucket, call.key, versionIn(call));
}

export async function putRetention(call: S3Call): Promise<void> {
  const xml = await document(call);
  const [mode, until] = [textOf(xml, "Mode"), textOf(xml, "RetainUntilDate")];
  if ((mode !== "GOVERNANCE" && mode !== "COMPLIANCE") || until === undefined)
    throw new S3Failure(400, "MalformedXML", "Retention needs Mode and RetainUntilDate");
  const retention = { mode: mode as LockMode, until: new Date(until).toISOString() };
  call.storage.lock(call.bucket, call.key, versionIn(call), { retention }, bypasses(call));
  answer(call, 200);
}

export async function putLegalHold(call: S3Call): Promise<void> {
  const legalHold = textOf(await document(call), "Status") === "ON";
  call.storage.lock(call.bucket, call.key, versionIn(call), { legalHold }, bypasses(call));
  answer(call, 200);
}

export function getLocation(call: S3Call): void {
  call.storage.bucket(call.bucket);
  answerXml(call, "LocationConstraint", {});
}

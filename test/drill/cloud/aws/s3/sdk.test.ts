import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { S3Failure } from "../../../../../drill/cloud/aws/s3/failure";
import { type S3Server, serveS3 } from "../../../../../drill/cloud/aws/s3/server";
import { S3Storage } from "../../../../../drill/cloud/aws/s3/storage";
import { temporaryFolder } from "../../folder";

const folder = temporaryFolder();
const { persistence, ports } = folder.open();
let now = new Date("2026-01-01T00:00:00.000Z");
const storage = new S3Storage(persistence, () => now);
let trouble: S3Failure | undefined;
let server: S3Server;
let client: s3.S3Client;

const bucket = (name: string, more: object = {}) =>
  storage.putBucket({ name, createdAt: now.toISOString(), versioning: "Never", objectLock: false, ...more });

const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "accepted",
    (problem: Error) => problem.name,
  );

beforeAll(async () => {
  server = await serveS3({
    storage,
    port: await ports.choose("s3"),
    accessKeyId: "AKIADRILL",
    trouble: () => trouble,
    log: () => {},
  });
  client = clientWith("AKIADRILL");
});

afterAll(async () => {
  client.destroy();
  await server.stop();
  folder.remove();
});

function clientWith(accessKeyId: string): s3.S3Client {
  return new s3.S3Client({
    endpoint: server.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId, secretAccessKey: "secret" },
    maxAttempts: 1,
  });
}

describe("objects", () => {
  test("come back as they were put, with type, metadata and checksum", async () => {
    bucket("plain");
    const Body = randomBytes(100_000);
    const key = "reports/größe & ümläut+1 (a).json";
    const put = await client.send(
      new s3.PutObjectCommand({
        Bucket: "plain",
        Key: key,
        Body,
        ContentType: "application/json",
        Metadata: { step: "backup" },
        ChecksumAlgorithm: "SHA256",
      }),
    );
    expect(put.ChecksumSHA256).toBeDefined();
    const got = await client.send(
      new s3.GetObjectCommand({ Bucket: "plain", Key: key, ChecksumMode: "ENABLED" }),
    );
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true);
    expect([got.ContentType, got.Metadata?.step, got.ETag, got.ChecksumSHA256]).toEqual([
      "application/json",
      "backup",
      put.ETag,
      put.ChecksumSHA256,
    ]);
    const part = await client.send(
      new s3.GetObjectCommand({ Bucket: "plain", Key: key, Range: "bytes=10-19" }),
    );
    expect(Buffer.from((await part.Body?.transformToByteArray()) ?? []).equals(Body.subarray(10, 20))).toBe(
      true,
    );
    const head = await client.send(new s3.HeadObjectCommand({ Bucket: "plain", Key: key }));
    expect(head.ContentLength).toBe(Body.length);
  });

  test("a stream arrives whole, with the checksum in its trailer", async () => {
    bucket("streams");
    const parts = Array.from({ length: 40 }, () => randomBytes(7001));
    await client.send(
      new s3.PutObjectCommand({
        Bucket: "streams",
        Key: "stream",
        Body: Readable.from(parts),
        ContentLength: 40 * 7001,
      }),
    );
    const got = await client.send(new s3.GetObjectCommand({ Bucket: "streams", Key: "stream" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(parts))).toBe(
      true,
    );
  });

  test("a wrong checksum is refused and leaves nothing", async () => {
    bucket("strict");
    const put = new s3.PutObjectCommand({
      Bucket: "strict",
      Key: "x",
      Body: "content",
      ChecksumSHA256: Buffer.alloc(32).toString("base64"),
    });
    expect(await refusal(client.send(put))).toBe("BadDigest");
    expect(await refusal(client.send(new s3.GetObjectCommand({ Bucket: "strict", Key: "x" })))).toBe(
      "NoSuchKey",
    );
  });

  test("conditional writes let the first one win", async () => {
    bucket("conditional");
    const put = () =>
      client.send(
        new s3.PutObjectCommand({ Bucket: "conditional", Key: "lock", Body: "mine", IfNoneMatch: "*" }),
      );
    await put();
    expect(await refusal(put())).toBe("PreconditionFailed");
  });

  test("large ones are put together from parts", async () => {
    bucket("large");
    const target = { Bucket: "large", Key: "export" };
    const { UploadId } = await client.send(
      new s3.CreateMultipartUploadCommand({ ...target, ContentType: "text/csv" }),
    );
    const bodies = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
    const Parts = await Promise.all(
      bodies.map(async (Body, index) => {
        const { ETag } = await client.send(
          new s3.UploadPartCommand({ ...target, UploadId, PartNumber: index + 1, Body }),
        );
        return { ETag, PartNumber: index + 1 };
      }),
    );
    const whole = await client.send(
      new s3.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
    expect(whole.ETag).toMatch(/-2"$/);
    const got = await client.send(new s3.GetObjectCommand(target));
    expect(got.ContentType).toBe("text/csv");
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(bodies))).toBe(
      true,
    );
    expect(await refusal(client.send(new s3.AbortMultipartUploadCommand({ ...target, UploadId })))).toBe(
      "NoSuchUpload",
    );
  });

  test("are listed in pages and grouped by folder", async () => {
    bucket("lists");
    const keys = ["a/1", "a/2", "b", "c/d/1", "c/d/2", "e"];
    for (const Key of keys) await client.send(new s3.PutObjectCommand({ Bucket: "lists", Key, Body: Key }));
    const found: string[] = [];
    for await (const page of s3.paginateListObjectsV2({ client, pageSize: 2 }, { Bucket: "lists" }))
      found.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
    expect(found).toEqual(keys);
    const folders = await client.send(new s3.ListObjectsV2Command({ Bucket: "lists", Delimiter: "/" }));
    expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["a/", "c/"]);
    expect(folders.Contents?.map(({ Key }) => Key)).toEqual(["b", "e"]);
  });

  test("are copied and deleted in one call each", async () => {
    bucket("many");
    await client.send(new s3.PutObjectCommand({ Bucket: "many", Key: "a b", Body: "1" }));
    await client.send(new s3.CopyObjectCommand({ Bucket: "many", Key: "copy", CopySource: "many/a%20b" }));
    const { Deleted } = await client.send(
      new s3.DeleteObjectsCommand({ Bucket: "many", Delete: { Objects: [{ Key: "a b" }, { Key: "copy" }] } }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(["a b", "copy"]);
    expect(storage.keys("many")).toEqual([]);
  });
});

describe("versions", () => {
  test("an overwritten or deleted object can be had back", async () => {
    bucket("versioned", { versioning: "Enabled" });
    const target = { Bucket: "versioned", Key: "x" };
    const first = await client.send(new s3.PutObjectCommand({ ...target, Body: "one" }));
    await client.send(new s3.PutObjectCommand({ ...target, Body: "two" }));
    const marker = await client.send(new s3.DeleteObjectCommand(target));
    expect(marker.DeleteMarker).toBe(true);
    expect(await refusal(client.send(new s3.GetObjectCommand(target)))).toBe("NoSuchKey");
    const old = await client.send(new s3.GetObjectCommand({ ...target, VersionId: first.VersionId }));
    expect(await old.Body?.transformToString()).toBe("one");
    const versions = await client.send(new s3.ListObjectVersionsCommand({ Bucket: "versioned" }));
    expect([versions.Versions?.length, versions.DeleteMarkers?.length]).toEqual([2, 1]);
    await client.send(new s3.DeleteObjectCommand({ ...target, VersionId: marker.VersionId }));
    expect(await (await client.send(new s3.GetObjectCommand(target))).Body?.transformToString()).toBe("two");
  });
});

describe("object lock", () => {
  test("keeps a version for as long as the bucket's default says, and no longer", async () => {
    bucket("evidence", {
      versioning: "Enabled",
      objectLock: true,
      defaultRetention: { mode: "COMPLIANCE", days: 30 },
    });
    const target = { Bucket: "evidence", Key: "doc.json" };
    const { VersionId } = await client.send(new s3.PutObjectCommand({ ...target, Body: "proof" }));
    const remove = (more = {}) =>
      refusal(client.send(new s3.DeleteObjectCommand({ ...target, VersionId, ...more })));
    expect(await remove({ BypassGovernanceRetention: true })).toBe("AccessDenied");
    const earlier = { Mode: "COMPLIANCE", RetainUntilDate: new Date("2026-01-02") } as const;
    expect(
      await refusal(
        client.send(new s3.PutObjectRetentionCommand({ ...target, VersionId, Retention: earlier })),
      ),
    ).toBe("AccessDenied");
    // A delete without a version only hides it.
    await client.send(new s3.DeleteObjectCommand(target));
    expect(() => storage.removeBucket("evidence", true)).toThrow(/protected by object lock/);
    now = new Date("2026-03-01T00:00:00.000Z");
    expect(await remove()).toBe("accepted");
  });

  test("governance gives way to who may bypass it; a legal hold to nobody", async () => {
    bucket("governed", { versioning: "Enabled", objectLock: true });
    const target = { Bucket: "governed", Key: "x" };
    const until = new Date("2027-01-01");
    const { VersionId } = await client.send(
      new s3.PutObjectCommand({
        ...target,
        Body: "x",
        ObjectLockMode: "GOVERNANCE",
        ObjectLockRetainUntilDate: until,
        ObjectLockLegalHoldStatus: "ON",
      }),
    );
    const remove = () =>
      refusal(
        client.send(new s3.DeleteObjectCommand({ ...target, VersionId, BypassGovernanceRetention: true })),
      );
    expect(await remove()).toBe("AccessDenied");
    await client.send(
      new s3.PutObjectLegalHoldCommand({ ...target, VersionId, LegalHold: { Status: "OFF" } }),
    );
    expect(await remove()).toBe("accepted");
  });
});

test("another access key, a bucket that is not there and a call it does not serve are refused by name", async () => {
  bucket("refusals");
  const stranger = clientWith("AKIASTRANGER");
  expect(await refusal(stranger.send(new s3.ListBucketsCommand({})))).toBe("InvalidAccessKeyId");
  stranger.destroy();
  expect(await refusal(client.send(new s3.PutObjectCommand({ Bucket: "nowhere", Key: "x", Body: "" })))).toBe(
    "NoSuchBucket",
  );
  expect(await refusal(client.send(new s3.GetBucketAclCommand({ Bucket: "refusals" })))).toBe(
    "NotImplemented",
  );
  trouble = new S3Failure(503, "ServiceUnavailable", "later");
  expect(await refusal(client.send(new s3.ListBucketsCommand({})))).toBe("ServiceUnavailable");
  trouble = undefined;
});

test("a restarted process finds every object", async () => {
  bucket("kept", { versioning: "Enabled" });
  await client.send(new s3.PutObjectCommand({ Bucket: "kept", Key: "x", Body: "still here" }));
  const again = new S3Storage(folder.open().persistence);
  expect(again.keys("kept")).toEqual(["x"]);
  expect(again.present("kept", "x").size).toBe(10);
});

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Asset, isValues, type Value, type Values } from "../../provider/values";
import { always, tagsAll } from "../identifiers";
import type { Draft, Kind } from "../kind";
import { text } from "../resources";
import { matches, oneOf, range } from "../validation/rules";
import { keptHeaders } from "./object-operations";
import type { Bucket, LockMode, S3Storage } from "./storage";

const BUCKET_NAME = matches(
  /^(?!xn--|sthree-)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9](?<!-s3alias)$/,
  "3 to 63 lower-case letters, digits, dots and hyphens",
);

const CONTENT_OUTPUTS = [
  "etag",
  "versionId",
  "checksumCrc32",
  "checksumCrc32c",
  "checksumCrc64nvme",
  "checksumSha1",
  "checksumSha256",
] as const;

/** The kinds of S3 that run: buckets, what governs versions and locks, and objects. */
export function storageKinds(storage: S3Storage): Kind[] {
  return [
    bucketKind(storage, "aws:s3/bucket:Bucket"),
    bucketKind(storage, "aws:s3/bucketV2:BucketV2"),
    ...["BucketVersioning", "BucketVersioningV2"].map((name) => versioningKind(storage, name)),
    ...["BucketObjectLockConfiguration", "BucketObjectLockConfigurationV2"].map((name) =>
      lockKind(storage, name),
    ),
    objectKind(storage, "aws:s3/bucketObjectv2:BucketObjectv2"),
    objectKind(storage, "aws:s3/bucketObject:BucketObject"),
  ];
}

export const tokenOf = (module: string, name: string): string =>
  `aws:${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

function bucketKind(storage: S3Storage, token: string): Kind {
  return {
    token,
    naming: { property: "bucket", prefixProperty: "bucketPrefix", maximum: 63, lowerCase: true },
    replace: ["bucket", "bucketPrefix", "objectLockEnabled", "region"],
    rules: { bucket: BUCKET_NAME },
    unique: (inputs) => text(inputs, "bucket"),
    id: ({ inputs }) => text(inputs, "bucket"),
    computed: {
      arn: ({ inputs }) => `arn:aws:s3:::${text(inputs, "bucket")}`,
      bucketDomainName: ({ inputs }) => `${text(inputs, "bucket")}.s3.amazonaws.com`,
      bucketRegionalDomainName: ({ inputs, account }) =>
        `${text(inputs, "bucket")}.s3.${account.region}.amazonaws.com`,
      bucketRegion: ({ account }) => account.region,
      hostedZoneId: always("Z21DNDUVLTQW6Q"),
      websiteDomain: always(""),
      websiteEndpoint: always(""),
      tagsAll,
    },
    actions: {
      async create({ inputs, createdAt }) {
        const objectLock = inputs.objectLockEnabled === true;
        const bucket: Bucket = {
          name: text(inputs, "bucket"),
          createdAt,
          // Object lock needs versions, so AWS switches them on.
          versioning: objectLock ? "Enabled" : "Never",
          objectLock,
        };
        storage.putBucket(bucket);
        return {};
      },
      async update() {
        return {};
      },
      async delete({ inputs }) {
        storage.removeBucket(text(inputs, "bucket"), inputs.forceDestroy === true);
      },
    },
  };
}

function versioningKind(storage: S3Storage, name: string): Kind {
  const put = async ({ inputs }: Draft): Promise<Values> => {
    const bucket = storage.bucket(text(inputs, "bucket"));
    const configuration = inputs.versioningConfiguration;
    const status = isValues(configuration) ? text(configuration, "status") : "";
    if (status === "Suspended" && bucket.objectLock)
      throw new Error(
        `InvalidBucketState: ${bucket.name} has object lock, so versioning cannot be suspended`,
      );
    if (status === "Enabled" || status === "Suspended") storage.change(bucket.name, { versioning: status });
    return {};
  };
  return {
    token: tokenOf("s3", name),
    required: ["bucket", "versioningConfiguration"],
    replace: ["bucket", "expectedBucketOwner", "region"],
    rules: {
      "versioningConfiguration.status": oneOf("Enabled", "Suspended", "Disabled"),
      "versioningConfiguration.mfaDelete": oneOf("Enabled", "Disabled"),
    },
    id: ({ inputs }) => text(inputs, "bucket"),
    computed: {},
    actions: { create: put, update: put },
  };
}

function lockKind(storage: S3Storage, name: string): Kind {
  const put = async ({ inputs }: Draft): Promise<Values> => {
    const bucket = storage.bucket(text(inputs, "bucket"));
    if (bucket.versioning !== "Enabled")
      throw new Error(
        `InvalidBucketState: ${bucket.name}: versioning must be enabled to apply an object lock configuration`,
      );
    const rule = inputs.rule;
    const wanted = isValues(rule) ? rule.defaultRetention : undefined;
    const retention = isValues(wanted) ? defaultRetention(wanted) : undefined;
    const { defaultRetention: _before, ...rest } = bucket;
    storage.putBucket({
      ...rest,
      objectLock: true,
      ...(retention === undefined ? {} : { defaultRetention: retention }),
    });
    return {};
  };
  return {
    token: tokenOf("s3", name),
    required: ["bucket"],
    replace: ["bucket", "expectedBucketOwner", "objectLockEnabled", "region"],
    defaults: { objectLockEnabled: "Enabled" },
    rules: {
      "rule.defaultRetention.mode": oneOf("GOVERNANCE", "COMPLIANCE"),
      "rule.defaultRetention.days": range(1, 36_500),
      "rule.defaultRetention.years": range(1, 100),
    },
    together: ({ rule }) => {
      const retention = isValues(rule) ? rule.defaultRetention : undefined;
      const both = isValues(retention) && (retention.days === undefined) === (retention.years === undefined);
      return both ? [{ property: "rule.defaultRetention", reason: "needs either days or years" }] : [];
    },
    id: ({ inputs }) => text(inputs, "bucket"),
    computed: {},
    actions: { create: put, update: put },
  };
}

function defaultRetention(wanted: Values): { mode: LockMode; days: number } {
  const days = wanted.years === undefined ? Number(wanted.days) : Number(wanted.years) * 365;
  return { mode: text(wanted, "mode") as LockMode, days };
}

function objectKind(storage: S3Storage, token: string): Kind {
  const put = async ({ inputs }: Draft): Promise<Values> => {
    const [bucket, key] = [text(inputs, "bucket"), text(inputs, "key")];
    const file = path.join(
      storage.incoming,
      createHash("sha256").update(`${bucket}/${key}${Date.now()}${Math.random()}`).digest("hex"),
    );
    await writeContent(inputs, file);
    const content = readFileSync(file);
    const metadata = inputs.metadata;
    const version = storage.add(bucket, key, file, {
      size: content.length,
      etag: `"${createHash("md5").update(content).digest("hex")}"`,
      checksums: { "checksum-sha256": createHash("sha256").update(content).digest("base64") },
      headers: keptHeaders({
        "content-type": text(inputs, "contentType") || "binary/octet-stream",
        ...Object.fromEntries(
          Object.entries(isValues(metadata) ? metadata : {}).map(([name, value]) => [
            `x-amz-meta-${name}`,
            String(value),
          ]),
        ),
      }),
      ...(inputs.objectLockMode === undefined
        ? {}
        : {
            retention: {
              mode: text(inputs, "objectLockMode") as LockMode,
              until: new Date(text(inputs, "objectLockRetainUntilDate")).toISOString(),
            },
          }),
    });
    return {
      etag: version.etag.replace(/"/g, ""),
      versionId: version.versionId,
      ...(token.includes("v2") ? { checksumSha256: version.checksums["checksum-sha256"] ?? "" } : {}),
    };
  };
  // The type before BucketObjectv2 knows no checksums.
  const answered = CONTENT_OUTPUTS.filter((name) => token.includes("v2") || !name.startsWith("checksum"));
  return {
    token,
    required: ["bucket"],
    naming: { property: "key", maximum: 1024 },
    replace: ["bucket", "key", "region"],
    deleteFirst: false,
    rules: {
      objectLockMode: oneOf("GOVERNANCE", "COMPLIANCE"),
      serverSideEncryption: oneOf("AES256", "aws:kms", "aws:kms:dsse"),
    },
    together: (inputs) => {
      const contents = ["content", "contentBase64", "source"].filter((name) => inputs[name] !== undefined);
      return contents.length > 1
        ? [{ property: contents[1] ?? "", reason: `conflicts with ${contents[0]}` }]
        : [];
    },
    // One key may lie in several buckets.
    id: ({ inputs }) => `${text(inputs, "bucket")}/${text(inputs, "key")}`,
    computed: {
      arn: ({ inputs }) => `arn:aws:s3:::${text(inputs, "bucket")}/${text(inputs, "key")}`,
      ...Object.fromEntries(answered.map((name) => [name, always("")])),
      tagsAll,
    },
    volatile: answered,
    actions: {
      create: put,
      update: put,
      async delete({ inputs }) {
        const [bucket, key] = [text(inputs, "bucket"), text(inputs, "key")];
        const bypass = inputs.forceDestroy === true;
        for (const version of storage.versions(bucket, key))
          storage.remove(bucket, key, version.versionId, bypass);
      },
    },
  };
}

async function writeContent(inputs: Values, file: string): Promise<void> {
  const source: Value | undefined = inputs.source;
  const bytes =
    inputs.contentBase64 === undefined
      ? Buffer.from(text(inputs, "content"))
      : Buffer.from(text(inputs, "contentBase64"), "base64");
  if (!(source instanceof Asset)) return writeFileSync(file, bytes, { mode: 0o600 });
  if (typeof source.fields.text === "string") return writeFileSync(file, source.fields.text, { mode: 0o600 });
  if (typeof source.fields.path === "string")
    return pipeline(createReadStream(source.fields.path), createWriteStream(file, { mode: 0o600 }));
  throw new Error("The drill cloud takes objects from text and from files only.");
}

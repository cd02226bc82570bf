import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { Collection, Persistence } from "../../ports";
import { noSuchBucket, noSuchKey, S3Failure } from "./failure";

export type LockMode = "GOVERNANCE" | "COMPLIANCE";

export interface Retention {
  readonly mode: LockMode;
  readonly until: string;
}

export interface Version {
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly lastModified: string;
  readonly size: number;
  readonly etag: string;
  /** Header name without `x-amz-` (such as `checksum-sha256`) and value, as the client sent or the server computed it. */
  readonly checksums: Readonly<Record<string, string>>;
  /** content-type, cache-control, x-amz-meta-… as they are answered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly retention?: Retention;
  readonly legalHold?: boolean;
  /** Name of the file with the content; none for a delete marker. */
  readonly file?: string;
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: string;
  readonly versioning: "Enabled" | "Suspended" | "Never";
  readonly objectLock: boolean;
  readonly defaultRetention?: { readonly mode: LockMode; readonly days: number };
}

export type NewVersion = Omit<Version, "versionId" | "lastModified" | "deleteMarker" | "file">;

const LATEST_UNVERSIONED = "null";

/** Buckets and versions of objects: the rules of S3 about versioning and object lock, without HTTP. */
export class S3Storage {
  private readonly buckets: Collection<Bucket>;
  private readonly contents: string;

  constructor(
    private readonly persistence: Persistence,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.buckets = persistence.collection("buckets");
    this.contents = path.join(persistence.directory, "contents");
    // Half-received uploads of a process that was killed.
    rmSync(this.incoming, { recursive: true, force: true });
    mkdirSync(this.incoming, { recursive: true, mode: 0o700 });
  }

  /** Where content is collected before it becomes an object; on the same file system. */
  get incoming(): string {
    return path.join(this.persistence.directory, "incoming");
  }

  list(): Bucket[] {
    return [...this.buckets.entries()].map(([, bucket]) => bucket).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  putBucket(bucket: Bucket): void {
    this.buckets.set(bucket.name, bucket);
  }

  change(name: string, changes: Partial<Omit<Bucket, "name">>): void {
    const bucket = this.buckets.get(name);
    if (bucket !== undefined) this.buckets.set(name, { ...bucket, ...changes });
  }

  /** Refuses a bucket that is not empty unless `force`; even then what object lock protects stays. */
  removeBucket(name: string, force: boolean): void {
    if (this.buckets.get(name) === undefined) return;
    const objects = this.objects(name);
    const keys = [...objects.entries()];
    if (keys.length > 0 && !force)
      throw new S3Failure(409, "BucketNotEmpty", `The bucket ${name} you tried to delete is not empty`);
    for (const [key, versions] of keys) for (const version of versions) this.refuseLocked(key, version, true);
    for (const [key] of keys) objects.delete(key);
    rmSync(path.join(this.contents, name), { recursive: true, force: true });
    this.buckets.delete(name);
  }

  keys(bucket: string): string[] {
    this.bucket(bucket);
    // S3 lists keys in the order of their UTF-8 bytes.
    return [...this.objects(bucket).entries()]
      .map(([key]) => key)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** Newest first. */
  versions(bucket: string, key: string): readonly Version[] {
    this.bucket(bucket);
    return this.objects(bucket).get(key) ?? [];
  }

  find(bucket: string, key: string, versionId?: string): Version | undefined {
    const versions = this.versions(bucket, key);
    return versionId === undefined ? versions[0] : versions.find((one) => one.versionId === versionId);
  }

  /** The present version; throws when there is none or it is a delete marker. */
  present(bucket: string, key: string, versionId?: string): Version & { readonly file: string } {
    const version = this.find(bucket, key, versionId);
    if (version === undefined && versionId !== undefined)
      throw new S3Failure(404, "NoSuchVersion", `The specified version does not exist: ${versionId}`);
    if (version?.file === undefined) throw noSuchKey(key);
    return { ...version, file: path.join(this.contents, bucket, version.file) };
  }

  /** Makes a version of the content that lies in a file of `incoming`, which is moved. */
  add(bucketName: string, key: string, source: string, version: NewVersion): Version {
    const bucket = this.bucket(bucketName);
    const file = randomBytes(16).toString("hex");
    mkdirSync(path.join(this.contents, bucketName), { recursive: true, mode: 0o700 });
    renameSync(source, path.join(this.contents, bucketName, file));
    return this.push(bucket, key, {
      ...version,
      ...this.defaultLock(bucket, version),
      deleteMarker: false,
      lastModified: this.now().toISOString(),
      versionId: this.newVersionId(bucket),
      file,
    });
  }

  /** Deletes one version for good, or – without a version id in a versioned bucket – puts a delete marker on top. */
  remove(
    bucketName: string,
    key: string,
    versionId: string | undefined,
    bypassGovernance: boolean,
  ): { readonly deleteMarker: boolean; readonly versionId: string | undefined } {
    const bucket = this.bucket(bucketName);
    if (versionId === undefined && bucket.versioning !== "Never") {
      const marker = this.push(bucket, key, {
        versionId: this.newVersionId(bucket),
        deleteMarker: true,
        lastModified: this.now().toISOString(),
        size: 0,
        etag: "",
        checksums: {},
        headers: {},
      });
      return { deleteMarker: true, versionId: marker.versionId };
    }
    const gone = this.find(bucketName, key, versionId);
    if (gone === undefined) return { deleteMarker: false, versionId };
    this.refuseLocked(key, gone, bypassGovernance);
    this.store(
      bucketName,
      key,
      this.versions(bucketName, key).filter((one) => one !== gone),
    );
    this.discard(bucketName, gone);
    return { deleteMarker: gone.deleteMarker, versionId };
  }

  /** Changes the lock of a version. What is protected may be protected longer, never shorter. */
  lock(
    bucketName: string,
    key: string,
    versionId: string | undefined,
    change: { readonly retention?: Retention; readonly legalHold?: boolean },
    bypassGovernance: boolean,
  ): void {
    if (!this.bucket(bucketName).objectLock)
      throw new S3Failure(400, "InvalidRequest", "Bucket is missing Object Lock Configuration");
    const version = this.find(bucketName, key, versionId);
    if (version === undefined || version.deleteMarker) throw noSuchKey(key);
    const [before, after] = [version.retention, change.retention];
    if (after !== undefined && before !== undefined && this.isFuture(before.until)) {
      const shorter =
        after.until < before.until || (before.mode === "COMPLIANCE" && after.mode === "GOVERNANCE");
      if (shorter && !(before.mode === "GOVERNANCE" && bypassGovernance)) throw protectedObject(key);
    }
    this.store(
      bucketName,
      key,
      this.versions(bucketName, key).map((one) => (one === version ? { ...one, ...change } : one)),
    );
  }

  private push(bucket: Bucket, key: string, version: Version): Version {
    const versions = this.versions(bucket.name, key);
    // Outside "Enabled" a write takes the place of the version called null.
    const replaced =
      bucket.versioning === "Enabled"
        ? undefined
        : versions.find(({ versionId }) => versionId === LATEST_UNVERSIONED);
    if (replaced !== undefined) this.refuseLocked(key, replaced, false);
    this.store(bucket.name, key, [version, ...versions.filter((one) => one !== replaced)]);
    if (replaced !== undefined) this.discard(bucket.name, replaced);
    return version;
  }

  private newVersionId(bucket: Bucket): string {
    return bucket.versioning === "Enabled" ? randomBytes(24).toString("base64url") : LATEST_UNVERSIONED;
  }

  private defaultLock(bucket: Bucket, version: NewVersion): { retention?: Retention } {
    if (!bucket.objectLock && (version.retention !== undefined || version.legalHold === true))
      throw new S3Failure(400, "InvalidRequest", "Bucket is missing Object Lock Configuration");
    const wanted = bucket.defaultRetention;
    if (version.retention !== undefined || wanted === undefined) return {};
    const until = new Date(this.now().getTime() + wanted.days * 86_400_000).toISOString();
    return { retention: { mode: wanted.mode, until } };
  }

  private refuseLocked(key: string, version: Version, bypassGovernance: boolean): void {
    const { retention, legalHold } = version;
    const retained =
      retention !== undefined &&
      this.isFuture(retention.until) &&
      !(retention.mode === "GOVERNANCE" && bypassGovernance);
    if (retained || legalHold === true) throw protectedObject(key);
  }

  private isFuture(time: string): boolean {
    return Date.parse(time) > this.now().getTime();
  }

  private objects(bucket: string): Collection<readonly Version[]> {
    return this.persistence.collection(`objects/${bucket}`);
  }

  private store(bucket: string, key: string, versions: readonly Version[]): void {
    if (versions.length === 0) this.objects(bucket).delete(key);
    else this.objects(bucket).set(key, versions);
  }

  private discard(bucket: string, { file }: Version): void {
    if (file !== undefined) rmSync(path.join(this.contents, bucket, file), { force: true });
  }
}

function protectedObject(key: string): S3Failure {
  return new S3Failure(
    403,
    "AccessDenied",
    `Access Denied because object ${key} is protected by object lock`,
  );
}

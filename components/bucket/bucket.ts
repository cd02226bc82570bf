import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface BucketArgs extends Common {
  readonly bucketName: pulumi.Input<string>;
  /** Key of the content; undefined: the key S3 manages, for services that can use no other. */
  readonly keyArn: pulumi.Input<string> | undefined;
  /** Days for which nothing can be altered or removed; undefined: not write-once. */
  readonly writeOnceDays?: number;
  /** `COMPLIANCE` can be lifted by nobody. @default GOVERNANCE */
  readonly writeOnceMode?: "GOVERNANCE" | "COMPLIANCE";
  /** Days after which replaced versions and old objects are removed; undefined: kept. */
  readonly expireAfterDays?: number;
  /** Statements beyond «TLS only», such as the right of a service to write. */
  readonly statements?: (bucketArn: string, accountId: string) => readonly object[];
  readonly accountId: pulumi.Input<string>;
}

/** A private, versioned, encrypted bucket that answers TLS requests only. */
export class Bucket extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Bucket");
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly resource: aws.s3.Bucket;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Bucket.__pulumiType, name, { writeOnceDays: args.writeOnceDays }, opts);
    const child = { parent: this };
    this.resource = new aws.s3.Bucket(
      name,
      {
        bucket: args.bucketName,
        forceDestroy: false,
        objectLockEnabled: args.writeOnceDays !== undefined,
        tags: { ...args.tags, ...(args.keyArn === undefined ? { encryption: "aes256" } : {}) },
      },
      { ...child, protect: true, retainOnDelete: true },
    );
    const bucket = this.resource.bucket;
    // Made of the name, so that a preview of a new stack already shows what its policies allow.
    this.arn = pulumi.interpolate`arn:aws:s3:::${args.bucketName}`;
    const versioning = new aws.s3.BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [
          args.keyArn === undefined
            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
            : {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
                bucketKeyEnabled: true,
              },
        ],
      },
      child,
    );
    const closed = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    new aws.s3.BucketPolicy(
      name,
      {
        bucket,
        policy: pulumi
          .all([this.arn, args.accountId])
          .apply(([arn, account]) => bucketPolicy(arn, args.statements?.(arn, account) ?? [])),
      },
      { ...child, dependsOn: [closed] },
    );
    this.lock(name, args, versioning);
    this.expire(name, args, versioning);
    this.bucket = bucket;
    this.registerOutputs({ bucket: this.bucket, arn: this.arn });
  }

  private lock(name: string, args: BucketArgs, versioning: pulumi.Resource): void {
    if (args.writeOnceDays === undefined) return;
    new aws.s3.BucketObjectLockConfiguration(
      name,
      {
        bucket: this.resource.bucket,
        rule: {
          defaultRetention: { mode: args.writeOnceMode ?? "GOVERNANCE", days: args.writeOnceDays },
        },
      },
      { parent: this, dependsOn: [versioning] },
    );
  }

  private expire(name: string, args: BucketArgs, versioning: pulumi.Resource): void {
    if (args.expireAfterDays === undefined) return;
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket: this.resource.bucket,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: {},
            expiration: { days: args.expireAfterDays },
            noncurrentVersionExpiration: { noncurrentDays: args.expireAfterDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
          },
        ],
      },
      { parent: this, dependsOn: [versioning] },
    );
  }
}

const bucketPolicy = (arn: string, statements: readonly object[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      ...statements,
    ],
  });

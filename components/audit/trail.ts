import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type After, type Common, token } from "../frame/component";

export interface TrailArgs extends Common {
  readonly logBucket: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  /** Buckets whose objects are watched: who read, wrote or removed one. */
  readonly watchedBucketArns: readonly pulumi.Input<string>[];
  readonly after: After;
}

/** Where a trail's files lie in the log bucket. */
export const TRAIL_PREFIX = "trail";

/** Who did what: every change in the account, and every touch of evidence and backups. */
export class Trail extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Trail");

  constructor(name: string, args: TrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Trail.__pulumiType, name, {}, opts);
    new aws.cloudtrail.Trail(
      name,
      {
        name: args.prefix,
        s3BucketName: args.logBucket,
        s3KeyPrefix: TRAIL_PREFIX,
        kmsKeyId: args.keyArn,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        enableLogging: true,
        advancedEventSelectors: [
          { name: "Changes", fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] },
          {
            name: "Evidence and backups",
            fieldSelectors: [
              { field: "eventCategory", equals: ["Data"] },
              { field: "resources.type", equals: ["AWS::S3::Object"] },
              {
                field: "resources.ARN",
                startsWiths: args.watchedBucketArns.map((arn) => pulumi.interpolate`${arn}/`),
              },
            ],
          },
        ],
        tags: args.tags,
      },
      { parent: this, dependsOn: args.after },
    );
    this.registerOutputs({});
  }
}

/** Lets the trail of the given name write to its bucket, and no other. */
export const trailStatements = (bucketArn: string, trailArn: string, accountId: string): object[] => [
  {
    Sid: "TrailChecksBucket",
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "s3:GetBucketAcl",
    Resource: bucketArn,
    Condition: { StringEquals: { "aws:SourceArn": trailArn } },
  },
  {
    Sid: "TrailWrites",
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucketArn}/${TRAIL_PREFIX}/AWSLogs/${accountId}/*`,
    Condition: { StringEquals: { "aws:SourceArn": trailArn, "s3:x-amz-acl": "bucket-owner-full-control" } },
  },
];

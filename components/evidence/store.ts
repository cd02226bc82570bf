import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "../bucket/bucket";
import { type Common, token } from "../frame/component";
import { type EvidenceDocument, newestKey, readDocument } from "./document";

export interface EvidenceStoreArgs extends Common {
  readonly bucketName: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly stack: string;
  /** Days for which a document cannot be altered or removed. */
  readonly retentionDays: number;
}

/** Where Jobs leave what they proved, write-once, and where the program reads it back. */
export class EvidenceStore extends pulumi.ComponentResource {
  static readonly __pulumiType = token("EvidenceStore");
  readonly bucket: Bucket;
  private readonly stack: string;
  private readonly keys: pulumi.Output<string[]>;

  constructor(name: string, args: EvidenceStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super(EvidenceStore.__pulumiType, name, { retentionDays: args.retentionDays }, opts);
    this.stack = args.stack;
    this.bucket = new Bucket(
      name,
      {
        prefix: args.prefix,
        tags: { ...args.tags, purpose: "evidence" },
        bucketName: args.bucketName,
        accountId: args.accountId,
        keyArn: args.keyArn,
        writeOnceDays: args.retentionDays,
      },
      { parent: this },
    );
    this.keys = aws.s3.getObjectsOutput(
      { bucket: this.bucket.bucket, prefix: `${args.stack}/`, maxKeys: 100_000 },
      { parent: this, dependsOn: [this.bucket.resource] },
    ).keys;
    this.registerOutputs({ bucket: this.bucket.bucket });
  }

  prefixOf(release: string, attempt: number): string {
    return `${this.stack}/${release}/${attempt}`;
  }

  /** The document a Job of this update wrote. Not known in a preview as long as the Job is not there. */
  written(
    step: string,
    release: string,
    attempt: number,
    job: pulumi.Resource,
  ): pulumi.Output<EvidenceDocument | string> {
    return this.read(`${this.prefixOf(release, attempt)}/${step}.json`, [job]);
  }

  /** The newest document of a step that earlier updates left, or undefined. */
  earlier(
    step: string,
    release: string,
    attempt: number,
  ): pulumi.Output<EvidenceDocument | string | undefined> {
    return this.keys.apply((keys): pulumi.Output<EvidenceDocument | string | undefined> => {
      const key = newestKey(keys, this.stack, release, step, attempt);
      return key === undefined ? pulumi.output(undefined) : this.read(key, []);
    });
  }

  private read(key: string, dependsOn: pulumi.Resource[]): pulumi.Output<EvidenceDocument | string> {
    return aws.s3
      .getObjectOutput({ bucket: this.bucket.bucket, key }, { parent: this, dependsOn })
      .body.apply((body) => readDocument(key, body));
  }
}

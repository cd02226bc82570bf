import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type After, type Common, token } from "../frame/component";

export interface SnapshotArgs extends Common {
  /** Says what it precedes: `orders-production-before-4-0-0-1`. */
  readonly identifier: string;
  readonly instanceIdentifier: pulumi.Input<string>;
  readonly after: After;
}

/** The snapshot taken before an upgrade. It outlives the stack: leaving the program does not delete it. */
export class Snapshot extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Snapshot");
  readonly resource: aws.rds.Snapshot;

  constructor(name: string, args: SnapshotArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Snapshot.__pulumiType, name, { identifier: args.identifier }, opts);
    this.resource = new aws.rds.Snapshot(
      name,
      {
        dbInstanceIdentifier: args.instanceIdentifier,
        dbSnapshotIdentifier: args.identifier,
        tags: args.tags,
      },
      { retainOnDelete: true, dependsOn: args.after, customTimeouts: { create: "120m" }, parent: this },
    );
    this.registerOutputs({});
  }
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type After, type Common, token } from "../frame/component";

export interface ScratchArgs extends Common {
  readonly identifier: string;
  readonly snapshotIdentifier: pulumi.Input<string>;
  readonly instanceClass: string;
  readonly subnetGroupName: pulumi.Input<string>;
  readonly parameterGroupName: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly administratorPassword: pulumi.Input<string>;
  readonly after: After;
}

/** An instance restored from the snapshot, to prove that it can be. It holds nothing of its own and is made to be deleted. */
export class Scratch extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Scratch");
  readonly instance: aws.rds.Instance;

  constructor(name: string, args: ScratchArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Scratch.__pulumiType, name, { identifier: args.identifier }, opts);
    this.instance = new aws.rds.Instance(
      name,
      {
        identifier: args.identifier,
        snapshotIdentifier: args.snapshotIdentifier,
        instanceClass: args.instanceClass,
        passwordWo: args.administratorPassword,
        passwordWoVersion: 1,
        storageEncrypted: true,
        kmsKeyId: args.keyArn,
        dbSubnetGroupName: args.subnetGroupName,
        parameterGroupName: args.parameterGroupName,
        vpcSecurityGroupIds: [args.securityGroupId],
        publiclyAccessible: false,
        multiAz: false,
        autoMinorVersionUpgrade: false,
        // A copy of a snapshot that stays: nothing is lost with it.
        backupRetentionPeriod: 0,
        skipFinalSnapshot: true,
        deletionProtection: false,
        copyTagsToSnapshot: true,
        iamDatabaseAuthenticationEnabled: true,
        tags: { ...args.tags, purpose: "scratch" },
      },
      { dependsOn: args.after, customTimeouts: { create: "120m", delete: "60m" }, parent: this },
    );
    this.registerOutputs({ address: this.instance.address });
  }
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface RestoreTestArgs extends Common {
  readonly roleArn: pulumi.Input<string>;
  readonly vaultArn: pulumi.Input<string>;
  readonly resourceArns: readonly pulumi.Input<string>[];
  /** Without these two the copy would land in the default network. */
  readonly subnetGroupName: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
}

/** Every Sunday AWS restores the newest recovery point, and says whether it could. */
export class RestoreTest extends pulumi.ComponentResource {
  static readonly __pulumiType = token("RestoreTest");

  constructor(name: string, args: RestoreTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super(RestoreTest.__pulumiType, name, {}, opts);
    // The service knows letters, digits and underscores only.
    const serviceName = args.prefix.replaceAll("-", "_");
    const plan = new aws.backup.RestoreTestingPlan(
      name,
      {
        name: serviceName,
        scheduleExpression: "cron(0 4 ? * SUN *)",
        scheduleExpressionTimezone: "UTC",
        startWindowHours: 2,
        recoveryPointSelection: {
          algorithm: "LATEST_WITHIN_WINDOW",
          includeVaults: [args.vaultArn],
          recoveryPointTypes: ["SNAPSHOT"],
          selectionWindowDays: 7,
        },
        tags: args.tags,
      },
      { parent: this },
    );
    new aws.backup.RestoreTestingSelection(
      name,
      {
        name: serviceName,
        restoreTestingPlanName: plan.name,
        iamRoleArn: args.roleArn,
        protectedResourceType: "RDS",
        protectedResourceArns: [...args.resourceArns],
        restoreMetadataOverrides: {
          dbSubnetGroupName: args.subnetGroupName,
          vpcSecurityGroupIds: pulumi.jsonStringify([args.securityGroupId]),
          multiAz: "false",
        },
        validationWindowHours: 1,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

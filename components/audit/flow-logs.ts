import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface FlowLogsArgs extends Common {
  readonly accountId: pulumi.Input<string>;
  readonly vpcId: string;
  readonly keyArn: pulumi.Input<string>;
  readonly retentionDays: number;
}

/** Which addresses talked to which, and what was refused. */
export class FlowLogs extends pulumi.ComponentResource {
  static readonly __pulumiType = token("FlowLogs");

  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(FlowLogs.__pulumiType, name, { vpcId: args.vpcId }, opts);
    const group = new aws.cloudwatch.LogGroup(
      name,
      {
        name: `/order-upgrade/${args.prefix}/flow`,
        retentionInDays: args.retentionDays,
        kmsKeyId: args.keyArn,
        tags: { ...args.tags, purpose: "audit" },
      },
      { parent: this },
    );
    const role = new aws.iam.Role(
      name,
      {
        name: `${args.prefix}-flow-logs`,
        assumeRolePolicy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "vpc-flow-logs.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "aws:SourceAccount": args.accountId } },
            },
          ],
        }),
        tags: args.tags,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      name,
      {
        name: "write",
        role: role.name,
        policy: group.arn.apply((arn) =>
          JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                Resource: [arn, `${arn}:*`],
              },
            ],
          }),
        ),
      },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags: args.tags,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

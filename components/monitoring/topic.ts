import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface AlarmTopicArgs extends Common {
  readonly accountId: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  /** E-mail addresses; each has to confirm once. */
  readonly receivers: readonly string[];
}

/** Where alarms go, encrypted, to named people. */
export class AlarmTopic extends pulumi.ComponentResource {
  static readonly __pulumiType = token("AlarmTopic");
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super(AlarmTopic.__pulumiType, name, {}, opts);
    const topic = new aws.sns.Topic(
      name,
      { name: `${args.prefix}-alarms`, kmsMasterKeyId: args.keyArn, tags: args.tags },
      { parent: this },
    );
    new aws.sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: pulumi.all([topic.arn, args.accountId]).apply(([arn, account]) => topicPolicy(arn, account)),
      },
      { parent: this },
    );
    for (const endpoint of args.receivers) {
      new aws.sns.TopicSubscription(
        `${name}-${endpoint}`,
        { topic: topic.arn, protocol: "email", endpoint },
        { parent: this },
      );
    }
    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

const topicPolicy = (arn: string, account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AlarmsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: ["cloudwatch.amazonaws.com", "events.amazonaws.com", "backup.amazonaws.com"] },
        Action: "sns:Publish",
        Resource: arn,
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });

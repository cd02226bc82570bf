import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface KeyArgs extends Common {
  readonly accountId: pulumi.Input<string>;
  readonly region: string;
  /** Days before a deleted key is gone, 7 to 30. */
  readonly deletionWindow: number;
}

/** The stack's own encryption key, turned every year. Services may use it for this account only. */
export class Key extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Key");
  readonly arn: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: KeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Key.__pulumiType, name, {}, opts);
    const key = new aws.kms.Key(
      name,
      {
        description: `Data of ${args.prefix}`,
        enableKeyRotation: true,
        deletionWindowInDays: args.deletionWindow,
        policy: keyPolicy(args),
        tags: args.tags,
      },
      { protect: true, retainOnDelete: true, parent: this },
    );
    new aws.kms.Alias(name, { name: `alias/${args.prefix}`, targetKeyId: key.id }, { parent: this });
    this.arn = key.arn;
    this.id = key.id;
    this.registerOutputs({ arn: this.arn });
  }
}

const SERVICES = ["logs", "sns", "cloudwatch", "backup", "cloudtrail", "delivery.logs"];

function keyPolicy({ accountId, region }: KeyArgs): pulumi.Output<string> {
  return pulumi.output(accountId).apply((account) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AccountDecidesByItsOwnPolicies",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "ServicesOfThisAccount",
          Effect: "Allow",
          Principal: {
            Service: SERVICES.map((one) =>
              one === "logs" ? `logs.${region}.amazonaws.com` : `${one}.amazonaws.com`,
            ),
          },
          Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": account } },
        },
      ],
    }),
  );
}

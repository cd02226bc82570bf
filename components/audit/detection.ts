import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface DetectionArgs extends Common {
  readonly accountId: pulumi.Input<string>;
  /** Whether this stack switches intrusion detection on; else the account has it already, or goes without. */
  readonly guardDuty: "create" | "existing" | "none";
  /** Topic that gets findings. */
  readonly topicArn: pulumi.Input<string>;
}

/** Findings of intrusion detection and image scanning, sent to those who get alarms. */
export class Detection extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Detection");

  constructor(name: string, args: DetectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Detection.__pulumiType, name, { guardDuty: args.guardDuty }, opts);
    if (args.guardDuty === "create") this.createDetector(name, args);
    if (args.guardDuty !== "none") {
      this.forward(`${name}-intrusions`, args, "Intrusion detection of severity 4 and above", {
        source: ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        detail: { severity: [{ numeric: [">=", 4] }] },
      });
    }
    new aws.inspector2.Enabler(
      name,
      { accountIds: [args.accountId], resourceTypes: ["ECR"] },
      { parent: this, retainOnDelete: true },
    );
    this.forward(`${name}-images`, args, "Critical findings in images", {
      source: ["aws.inspector2"],
      "detail-type": ["Inspector2 Finding"],
      detail: { severity: ["CRITICAL"], status: ["ACTIVE"] },
    });
    this.registerOutputs({});
  }

  private createDetector(name: string, args: DetectionArgs): void {
    const detector = new aws.guardduty.Detector(
      name,
      { enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES", tags: args.tags },
      { parent: this, retainOnDelete: true },
    );
    for (const feature of ["EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "RDS_LOGIN_EVENTS"]) {
      new aws.guardduty.DetectorFeature(
        `${name}-${feature.toLowerCase().replaceAll("_", "-")}`,
        { detectorId: detector.id, name: feature, status: "ENABLED" },
        { parent: this },
      );
    }
  }

  private forward(name: string, args: DetectionArgs, description: string, pattern: object): void {
    const rule = new aws.cloudwatch.EventRule(
      name,
      { name: `${args.prefix}-${name}`, description, eventPattern: JSON.stringify(pattern), tags: args.tags },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: args.topicArn }, { parent: this });
  }
}

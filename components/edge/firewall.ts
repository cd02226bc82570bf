import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type After, type Common, token } from "../frame/component";

export interface FirewallArgs extends Common {
  readonly loadBalancerArn: pulumi.Input<string>;
  /** Requests an address may make in five minutes. */
  readonly rateLimit: number;
  /** While set, customers get this page with 503 and Retry-After. */
  readonly maintenance: { readonly page: string; readonly retryAfterSeconds: number } | undefined;
  /** Name that still answers during maintenance. */
  readonly previewHost: string;
  readonly keyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly after: After;
}

type Rule = aws.types.input.wafv2.WebAclRule;

const MANAGED = [
  "AWSManagedRulesCommonRuleSet",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesSQLiRuleSet",
];

/** The web firewall before the load balancer: managed rules, a rate limit, and the maintenance answer. */
export class Firewall extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Firewall");
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Firewall.__pulumiType, name, { maintenance: args.maintenance !== undefined }, opts);
    const acl = new aws.wafv2.WebAcl(
      name,
      {
        name: args.prefix,
        description: "Web firewall of the order system",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: [...maintenanceRule(args), rateRule(args), ...MANAGED.map(managedRule)],
        ...(args.maintenance === undefined
          ? {}
          : {
              customResponseBodies: [
                { key: "page", contentType: "TEXT_HTML", content: args.maintenance.page },
              ],
            }),
        visibilityConfig: visibility("all"),
        tags: args.tags,
      },
      { parent: this, dependsOn: args.after },
    );
    const association = new aws.wafv2.WebAclAssociation(
      name,
      { resourceArn: args.loadBalancerArn, webAclArn: acl.arn },
      { parent: this },
    );
    const logs = new aws.cloudwatch.LogGroup(
      name,
      {
        // The service writes to groups with this beginning only.
        name: `aws-waf-logs-${args.prefix}`,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.keyArn,
        tags: args.tags,
      },
      { parent: this },
    );
    new aws.wafv2.WebAclLoggingConfiguration(
      name,
      {
        resourceArn: acl.arn,
        logDestinationConfigs: [logs.arn],
        redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
      },
      { parent: this },
    );
    this.resources = [acl, association];
    this.registerOutputs({});
  }
}

const visibility = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
  metricName,
});

/** A load balancer's own fixed answer cannot carry Retry-After; the firewall's can. */
function maintenanceRule({ maintenance, previewHost }: FirewallArgs): Rule[] {
  if (maintenance === undefined) return [];
  return [
    {
      name: "maintenance",
      priority: 0,
      action: {
        block: {
          customResponse: {
            responseCode: 503,
            customResponseBodyKey: "page",
            responseHeaders: [
              { name: "Retry-After", value: String(maintenance.retryAfterSeconds) },
              // Tells the announced page from a failure.
              { name: "X-Maintenance", value: "true" },
            ],
          },
        },
      },
      statement: {
        notStatement: {
          statement: {
            byteMatchStatement: {
              searchString: previewHost,
              positionalConstraint: "EXACTLY",
              fieldToMatch: { singleHeader: { name: "host" } },
              textTransformations: [{ priority: 0, type: "LOWERCASE" }],
            },
          },
        },
      },
      visibilityConfig: visibility("maintenance"),
    },
  ];
}

const rateRule = ({ rateLimit }: FirewallArgs): Rule => ({
  name: "rate",
  priority: 1,
  action: { block: { customResponse: { responseCode: 429 } } },
  statement: { rateBasedStatement: { aggregateKeyType: "IP", limit: rateLimit, evaluationWindowSec: 300 } },
  visibilityConfig: visibility("rate"),
});

const managedRule = (group: string, index: number): Rule => ({
  name: group,
  priority: 10 + index,
  overrideAction: { none: {} },
  statement: { managedRuleGroupStatement: { vendorName: "AWS", name: group } },
  visibilityConfig: visibility(group),
});

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface LoadBalancerArgs extends Common {
  readonly subnetIds: readonly string[];
  readonly securityGroupId: pulumi.Input<string>;
  readonly certificateArn: string;
  readonly tlsPolicy: string;
  readonly idleTimeoutSeconds: number;
  readonly deletionProtection: boolean;
  /** Bucket of access logs. */
  readonly logBucket: pulumi.Input<string>;
}

/** The public load balancer. Its listener speaks HTTPS; what no rule knows is answered with 404. */
export class LoadBalancer extends pulumi.ComponentResource {
  static readonly __pulumiType = token("LoadBalancer");
  readonly resource: aws.lb.LoadBalancer;
  readonly listener: aws.lb.Listener;
  readonly dnsName: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(LoadBalancer.__pulumiType, name, { tlsPolicy: args.tlsPolicy }, opts);
    this.resource = new aws.lb.LoadBalancer(
      name,
      {
        name: args.prefix.slice(0, 32),
        loadBalancerType: "application",
        internal: false,
        subnets: [...args.subnetIds],
        securityGroups: [args.securityGroupId],
        idleTimeout: args.idleTimeoutSeconds,
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "defensive",
        enableDeletionProtection: args.deletionProtection,
        enableHttp2: true,
        accessLogs: { bucket: args.logBucket, prefix: "load-balancer", enabled: true },
        tags: args.tags,
      },
      { protect: true, parent: this },
    );
    this.listener = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: this.resource.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: args.tlsPolicy,
        certificateArn: args.certificateArn,
        defaultActions: [
          {
            type: "fixed-response",
            fixedResponse: { contentType: "text/plain", messageBody: "Not found", statusCode: "404" },
          },
        ],
        tags: args.tags,
      },
      { parent: this },
    );
    this.dnsName = this.resource.dnsName;
    this.registerOutputs({ dnsName: this.dnsName });
  }
}

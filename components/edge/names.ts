import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { token } from "../frame/component";

export interface PublicNamesArgs {
  readonly zoneId: string;
  readonly hosts: readonly string[];
  readonly loadBalancerDnsName: pulumi.Input<string>;
  readonly loadBalancerZoneId: pulumi.Input<string>;
}

/** The names under which the load balancer is found. */
export class PublicNames extends pulumi.ComponentResource {
  static readonly __pulumiType = token("PublicNames");

  constructor(name: string, args: PublicNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(PublicNames.__pulumiType, name, { hosts: [...args.hosts] }, opts);
    for (const host of args.hosts) {
      new aws.route53.Record(
        `${name}-${host}`,
        {
          zoneId: args.zoneId,
          name: host,
          type: "A",
          aliases: [
            { name: args.loadBalancerDnsName, zoneId: args.loadBalancerZoneId, evaluateTargetHealth: true },
          ],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";

export interface SecurityGroupsArgs extends Common {
  readonly vpcId: string;
  readonly nodeSecurityGroupId: string;
  /** Blocks from which customers may come. */
  readonly customers: readonly string[];
  /** Ports of modules that the load balancer reaches. */
  readonly modulePorts: readonly number[];
  readonly databasePort: number;
}

/** Who may talk to whom outside the cluster: customers to the load balancer, it to the Pods, the Pods to the database. */
export class SecurityGroups extends pulumi.ComponentResource {
  static readonly __pulumiType = token("SecurityGroups");
  readonly edgeId: pulumi.Output<string>;
  readonly databaseId: pulumi.Output<string>;

  constructor(name: string, args: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SecurityGroups.__pulumiType, name, {}, opts);
    const group = (part: string, description: string) =>
      new aws.ec2.SecurityGroup(
        `${name}-${part}`,
        {
          name: `${args.prefix}-${part}`,
          description,
          vpcId: args.vpcId,
          tags: { ...args.tags, Name: `${args.prefix}-${part}`, purpose: part },
        },
        { parent: this },
      );
    const edge = group("edge", "Load balancer of the order system");
    const database = group("database", "Database of the order system");
    args.customers.forEach((cidrIpv4) => {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-customers-${cidrIpv4.replace(/[./]/g, "-")}`,
        {
          securityGroupId: edge.id,
          description: "Customers over HTTPS",
          cidrIpv4,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          tags: { ...args.tags, purpose: "edge" },
        },
        { parent: this },
      );
    });
    for (const port of [...new Set(args.modulePorts)].sort((a, b) => a - b)) {
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-edge-to-pods-${port}`,
        {
          securityGroupId: edge.id,
          description: "Load balancer to Pods",
          referencedSecurityGroupId: args.nodeSecurityGroupId,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
        },
        { parent: this },
      );
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-pods-from-edge-${port}`,
        {
          securityGroupId: args.nodeSecurityGroupId,
          description: "Pods from the load balancer",
          referencedSecurityGroupId: edge.id,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
        },
        { parent: this },
      );
    }
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-database-from-pods`,
      {
        securityGroupId: database.id,
        description: "Database from Pods",
        referencedSecurityGroupId: args.nodeSecurityGroupId,
        ipProtocol: "tcp",
        fromPort: args.databasePort,
        toPort: args.databasePort,
      },
      { parent: this },
    );
    this.edgeId = edge.id;
    this.databaseId = database.id;
    this.registerOutputs({ edgeId: this.edgeId, databaseId: this.databaseId });
  }
}

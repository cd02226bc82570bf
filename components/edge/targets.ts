import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { versionInNames } from "../../releases/manifest";
import { type After, type Common, token } from "../frame/component";

export interface TargetsArgs extends Common {
  readonly namespace: string;
  readonly version: string;
  readonly vpcId: string;
  /** Modules that customers reach. */
  readonly modules: readonly { readonly name: string; readonly port: number; readonly healthPath: string }[];
  readonly deregistrationDelaySeconds: number;
  /** Above 0 only with `round_robin`. */
  readonly slowStartSeconds: number;
  readonly balancing: "least_outstanding_requests" | "round_robin";
  /** The Services the bindings refer to. */
  readonly after: After;
}

/** The target groups of a release, one a public module, filled with its Pods by the cluster's load balancer controller. */
export class Targets extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Targets");
  /** ARN by module. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: TargetsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Targets.__pulumiType, name, { version: args.version }, opts);
    const pairs = args.modules.map((module) => {
      const group = this.createGroup(args, module);
      return { module: module.name, group, binding: this.createBinding(args, module, group) };
    });
    this.arns = Object.fromEntries(pairs.map(({ module, group }) => [module, group.arn]));
    this.resources = pairs.flatMap(({ group, binding }) => [group, binding]);
    this.registerOutputs({});
  }

  private createGroup(args: TargetsArgs, module: TargetsArgs["modules"][number]): aws.lb.TargetGroup {
    const name = `${module.name}-${versionInNames(args.version)}`;
    return new aws.lb.TargetGroup(
      name,
      {
        name: targetGroupName(args.prefix, name),
        vpcId: args.vpcId,
        targetType: "ip",
        port: module.port,
        protocol: "HTTP",
        deregistrationDelay: args.deregistrationDelaySeconds,
        slowStart: args.slowStartSeconds,
        loadBalancingAlgorithmType: args.balancing,
        healthCheck: {
          enabled: true,
          path: module.healthPath,
          protocol: "HTTP",
          matcher: "200",
          interval: 5,
          timeout: 3,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags: args.tags,
      },
      { parent: this },
    );
  }

  private createBinding(
    args: TargetsArgs,
    module: TargetsArgs["modules"][number],
    group: aws.lb.TargetGroup,
  ) {
    const name = `${module.name}-${versionInNames(args.version)}`;
    return new kubernetes.apiextensions.CustomResource(
      name,
      {
        apiVersion: "elbv2.k8s.aws/v1beta1",
        kind: "TargetGroupBinding",
        metadata: { name, namespace: args.namespace },
        spec: {
          serviceRef: { name, port: module.port },
          targetGroupARN: group.arn,
          targetType: "ip",
        },
      },
      { parent: this, dependsOn: args.after },
    );
  }
}

/** AWS allows 32 characters; the module and its version are what tells groups apart, so they stay whole. */
function targetGroupName(prefix: string, name: string): string {
  const room = 32 - name.length - 1;
  return room > 0 ? `${prefix.slice(0, room).replace(/-+$/, "")}-${name}` : name.slice(-32);
}

import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type After, type Common, token } from "../frame/component";
import { podIdentityTrust } from "./trust";

export interface PodIdentityArgs extends Common {
  readonly namespace: string;
  readonly clusterName: string;
  readonly serviceAccount: string;
  readonly permissionsBoundary: string | undefined;
  /** Statements of the role's policy; each names its actions and its resources. */
  readonly statements: pulumi.Input<readonly object[]>;
  readonly after: After;
}

/** A ServiceAccount whose Pods act in AWS as a role of their own, with the given statements and nothing else. */
export class PodIdentity extends pulumi.ComponentResource {
  static readonly __pulumiType = token("PodIdentity");
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super(PodIdentity.__pulumiType, name, { serviceAccount: args.serviceAccount }, opts);
    const role = new aws.iam.Role(
      name,
      {
        name: `${args.prefix}-${args.serviceAccount}`.slice(0, 64),
        assumeRolePolicy: podIdentityTrust(args.namespace, args.serviceAccount),
        ...(args.permissionsBoundary === undefined ? {} : { permissionsBoundary: args.permissionsBoundary }),
        tags: args.tags,
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        name: args.serviceAccount,
        role: role.name,
        policy: pulumi
          .output(args.statements)
          .apply((statements) => JSON.stringify({ Version: "2012-10-17", Statement: statements })),
      },
      { parent: this },
    );
    const account = new kubernetes.core.v1.ServiceAccount(
      name,
      {
        metadata: { name: args.serviceAccount, namespace: args.namespace },
        automountServiceAccountToken: false,
      },
      { parent: this, dependsOn: args.after },
    );
    const association = new aws.eks.PodIdentityAssociation(
      name,
      {
        clusterName: args.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
        tags: args.tags,
      },
      { parent: this },
    );
    this.resources = [account, policy, association];
    this.registerOutputs({ roleArn: role.arn });
  }
}

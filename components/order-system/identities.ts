import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podIdentityTrust } from "../access/trust";
import { type Common, token } from "../frame/component";
import { moduleName } from "./names";

export interface IdentitiesArgs extends Common {
  readonly namespace: string;
  readonly clusterName: string;
  readonly version: string;
  readonly modules: readonly string[];
  readonly permissionsBoundary: string | undefined;
}

/** A role in AWS for each module. It may do nothing there yet: what it is given later is given to it alone. */
export class Identities extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Identities");

  constructor(name: string, args: IdentitiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Identities.__pulumiType, name, { version: args.version }, opts);
    for (const module of args.modules) {
      const account = moduleName(module, args.version);
      const role = new aws.iam.Role(
        account,
        {
          name: `${args.prefix}-${account}`.slice(0, 64),
          assumeRolePolicy: podIdentityTrust(args.namespace, account),
          ...(args.permissionsBoundary === undefined
            ? {}
            : { permissionsBoundary: args.permissionsBoundary }),
          tags: args.tags,
        },
        { parent: this },
      );
      new aws.eks.PodIdentityAssociation(
        account,
        {
          clusterName: args.clusterName,
          namespace: args.namespace,
          serviceAccount: account,
          roleArn: role.arn,
          tags: args.tags,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

import type { Invoke } from "../provider";
import type { Resources } from "../resources";
import { text } from "../resources";
import type { S3Storage } from "../s3/storage";
import * as accounts from "./accounts";
import * as lookups from "./lookups";
import * as network from "./network";
import { getObject, getObjects } from "./objects";
import { policyDocument } from "./policy-document";

const token = (module: string, name: string): string => `aws:${module}/${name}:${name}`;

/** The functions of @pulumi/aws that the drill cloud answers. */
export function awsInvokes(resources: Resources, storage: S3Storage): ReadonlyMap<string, Invoke> {
  const table: readonly [string, string, Invoke][] = [
    ["index", "getCallerIdentity", accounts.getCallerIdentity],
    ["index", "getRegion", accounts.getRegion],
    ["index", "getPartition", accounts.getPartition],
    ["index", "getAvailabilityZones", accounts.getAvailabilityZones],
    ["elb", "getServiceAccount", accounts.getServiceAccount],
    ["iam", "getPolicyDocument", policyDocument],
    ["s3", "getObject", (inputs, account) => getObject(storage, inputs, account)],
    ["s3", "getBucketObject", (inputs, account) => getObject(storage, inputs, account)],
    ["s3", "getObjects", (inputs, account) => getObjects(storage, inputs, account)],
    ["ec2", "getVpc", network.getVpc],
    ["ec2", "getSubnet", network.getSubnet],
    ["ec2", "getSubnets", network.getSubnets],
    ["eks", "getCluster", network.getCluster],
    [
      "eks",
      "getClusterAuth",
      (inputs, { region }) => ({
        ...inputs,
        region,
        id: text(inputs, "name"),
        token: `k8s-aws-v1.${Buffer.from(text(inputs, "name")).toString("base64url")}`,
      }),
    ],
    ["secretsmanager", "getSecretVersion", (inputs) => lookups.getSecretVersion(resources, inputs)],
    ["secretsmanager", "getSecret", (inputs) => lookups.getSecret(resources, inputs)],
    ["rds", "getInstance", (inputs) => lookups.getInstance(resources, inputs)],
    ["rds", "getSnapshot", (inputs) => lookups.getSnapshot(resources, inputs)],
    ["kms", "getKey", (inputs, account) => lookups.getKey(resources, inputs, account)],
    ["kms", "getAlias", (inputs, account) => lookups.getAlias(resources, inputs, account)],
    ["acm", "getCertificate", (inputs, account) => lookups.getCertificate(resources, inputs, account)],
    ["route53", "getZone", (inputs) => lookups.getZone(resources, inputs)],
  ];
  return new Map(table.map(([module, name, invoke]) => [token(module, name), invoke]));
}

import { createHash } from "node:crypto";
import { isList, isValues, type Value, type Values } from "../../provider/values";
import type { Account } from "../account";
import { arnOf } from "../identifiers";
import { text } from "../resources";

/**
 * The network and the cluster that a stack names but does not make. In the drill whatever is named exists: a VPC
 * 10.0.0.0/16 with three private subnets in three zones.
 */
export const ZONES = ["a", "b", "c"] as const;

const generated = (seed: string): string => createHash("sha256").update(seed).digest("hex").slice(0, 17);

function vpcId(inputs: Values): string {
  return text(inputs, "id") || text(inputs, "vpcId") || filtered(inputs, "vpc-id") || "vpc-0d111111111111111";
}

export function getVpc(inputs: Values, account: Account): Values {
  const id = vpcId(inputs);
  return {
    ...inputs,
    id,
    arn: arnOf(account, "ec2", `vpc/${id}`),
    cidrBlock: text(inputs, "cidrBlock") || "10.0.0.0/16",
    cidrBlockAssociations: [
      { associationId: `vpc-cidr-assoc-${generated(id)}`, cidrBlock: "10.0.0.0/16", state: "associated" },
    ],
    default: inputs.default === true,
    dhcpOptionsId: `dopt-${generated(id)}`,
    enableDnsHostnames: true,
    enableDnsSupport: true,
    enableNetworkAddressUsageMetrics: false,
    instanceTenancy: "default",
    ipv6AssociationId: "",
    ipv6CidrBlock: "",
    ipv6CidrBlockAssociations: [],
    mainRouteTableId: `rtb-${generated(id)}`,
    ownerId: account.id,
    region: account.region,
    state: "available",
    tags: isValues(inputs.tags) ? inputs.tags : {},
  };
}

export function subnetIds(vpc: string): string[] {
  return ZONES.map((zone) => `subnet-${generated(`${vpc}/${zone}`)}`);
}

export function getSubnets(inputs: Values, account: Account): Values {
  return {
    ...inputs,
    id: account.region,
    region: account.region,
    ids: subnetIds(vpcId({ filters: inputs.filters ?? [] })),
    tags: isValues(inputs.tags) ? inputs.tags : {},
  };
}

export function getSubnet(inputs: Values, account: Account): Values {
  const vpc = text(inputs, "vpcId") || filtered(inputs, "vpc-id") || "vpc-0d111111111111111";
  const id = text(inputs, "id") || (subnetIds(vpc)[0] ?? "");
  // A subnet that was named keeps its zone: the same id gives the same answer each time.
  const known = subnetIds(vpc).indexOf(id);
  const zone = known >= 0 ? known : Number.parseInt(generated(id).slice(0, 4), 16) % ZONES.length;
  return {
    ...inputs,
    id,
    arn: arnOf(account, "ec2", `subnet/${id}`),
    assignIpv6AddressOnCreation: false,
    availabilityZone: `${account.region}${ZONES[zone]}`,
    availabilityZoneId: `drill1-az${zone + 1}`,
    availableIpAddressCount: 4091,
    cidrBlock: `10.0.${zone * 16}.0/20`,
    customerOwnedIpv4Pool: "",
    defaultForAz: false,
    enableDns64: false,
    enableLniAtDeviceIndex: 0,
    enableResourceNameDnsARecordOnLaunch: false,
    enableResourceNameDnsAaaaRecordOnLaunch: false,
    ipv6CidrBlock: "",
    ipv6CidrBlockAssociationId: "",
    ipv6Native: false,
    mapCustomerOwnedIpOnLaunch: false,
    mapPublicIpOnLaunch: false,
    outpostArn: "",
    ownerId: account.id,
    privateDnsHostnameTypeOnLaunch: "ip-name",
    region: account.region,
    state: "available",
    tags: isValues(inputs.tags) ? inputs.tags : {},
    vpcId: vpc,
  };
}

export function getCluster(inputs: Values, account: Account): Values {
  const name = text(inputs, "name");
  const id = generated(`${account.id}/${name}`).slice(0, 16).toUpperCase();
  const vpc = "vpc-0d111111111111111";
  return {
    ...inputs,
    id: name,
    arn: arnOf(account, "eks", `cluster/${name}`),
    accessConfigs: [{ authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false }],
    certificateAuthorities: [{ data: Buffer.from("drill").toString("base64") }],
    clusterId: "",
    computeConfigs: [],
    createdAt: "2026-01-01T00:00:00Z",
    deletionProtection: true,
    enabledClusterLogTypes: ["api", "audit", "authenticator"],
    endpoint: `https://${id}.gr7.${account.region}.eks.amazonaws.com`,
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.${account.region}.amazonaws.com/id/${id}` }] }],
    kubernetesNetworkConfigs: [
      {
        elasticLoadBalancings: [{ enabled: false }],
        ipFamily: "ipv4",
        serviceIpv4Cidr: "172.20.0.0/16",
        serviceIpv6Cidr: "",
      },
    ],
    platformVersion: "eks.1",
    region: account.region,
    roleArn: arnOf(account, "iam", `role/${name}-cluster`, "global"),
    status: "ACTIVE",
    tags: {},
    upgradePolicies: [{ supportType: "STANDARD" }],
    version: "1.33",
    vpcConfig: {
      clusterSecurityGroupId: `sg-${generated(`${name}/cluster`)}`,
      controlPlaneEgressMode: "",
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
      publicAccessCidrs: [],
      securityGroupIds: [],
      subnetIds: subnetIds(vpc),
      vpcId: vpc,
    },
    zonalShiftConfigs: [{ enabled: false }],
  };
}

function filtered(inputs: Values, name: string): string {
  const filters = isList(inputs.filters) ? inputs.filters.filter(isValues) : [];
  const found = filters.find((filter) => filter.name === name)?.values as Value | undefined;
  return isList(found) ? String(found[0] ?? "") : "";
}

import type { CheckFailure } from "../../provider/provider";
import type { Values } from "../../provider/values";
import { always, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { arn, cidr, matches, oneOf, range, size } from "../validation/rules";
import { name } from "./common";

const SECURITY_GROUP = matches(/^sg-\w+$/, "the id of a security group");
const DESCRIPTION = matches(
  /^[\w .:/()#,@[\]+=&;{}!$*-]*$/,
  "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
);
const PORTS = { fromPort: range(-1, 65_535), toPort: range(-1, 65_535) };
const SOURCES = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

function ruleTogether(inputs: Values): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const sources = SOURCES.filter((source) => inputs[source] !== undefined);
  if (sources.length !== 1)
    failures.push({
      property: sources[1] ?? "cidrIpv4",
      reason: `expected exactly one of ${SOURCES.join(", ")}`,
    });
  const all = String(inputs.ipProtocol) === "-1";
  for (const property of ["fromPort", "toPort"]) {
    if (all && inputs[property] !== undefined)
      failures.push({ property, reason: "must not be set with ipProtocol -1" });
    if (["tcp", "udp"].includes(String(inputs.ipProtocol)) && inputs[property] === undefined)
      failures.push({ property, reason: `is required with ipProtocol ${String(inputs.ipProtocol)}` });
  }
  if (
    typeof inputs.fromPort === "number" &&
    typeof inputs.toPort === "number" &&
    inputs.fromPort > inputs.toPort
  )
    failures.push({ property: "toPort", reason: "must not be below fromPort" });
  return failures;
}

const securityGroupRule = (token: string): Kind => ({
  token,
  required: ["ipProtocol", "securityGroupId"],
  replace: ["securityGroupId", "region"],
  rules: {
    ...PORTS,
    cidrIpv4: cidr,
    securityGroupId: SECURITY_GROUP,
    referencedSecurityGroupId: SECURITY_GROUP,
    description: [DESCRIPTION, size(0, 255)],
  },
  together: ruleTogether,
  deleteFirst: false,
  unique: (inputs) =>
    JSON.stringify(
      ["securityGroupId", "ipProtocol", "fromPort", "toPort", ...SOURCES].map((property) => inputs[property]),
    ),
  id: pattern("sgr-{seed:17}"),
  computed: {
    arn: arnPattern("ec2", "security-group-rule/{id}"),
    securityGroupRuleId: ({ id }) => id,
    tagsAll,
  },
});

/** EC2 networking: security groups, flow logs, endpoints. */
export const NETWORK: readonly Kind[] = [
  {
    token: "aws:ec2/securityGroup:SecurityGroup",
    naming: name(255),
    replace: ["name", "namePrefix", "description", "vpcId", "region"],
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
    rules: {
      name: matches(/^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/, "a name that does not begin with sg-"),
      description: [DESCRIPTION, size(1, 255)],
      "ingress[*].fromPort": range(-1, 65_535),
      "ingress[*].toPort": range(-1, 65_535),
      "ingress[*].cidrBlocks[*]": cidr,
      "egress[*].cidrBlocks[*]": cidr,
      vpcId: matches(/^vpc-\w+$/, "the id of a VPC"),
    },
    unique: (inputs) => `${text(inputs, "name")} in ${text(inputs, "vpcId")}`,
    id: pattern("sg-{seed:17}"),
    computed: {
      arn: arnPattern("ec2", "security-group/{id}"),
      ownerId: ({ account }) => account.id,
      ingress: ({ inputs }) => inputs.ingress ?? [],
      egress: ({ inputs }) => inputs.egress ?? [],
      vpcId: ({ inputs }) => inputs.vpcId ?? "vpc-0d111111111111111",
      tagsAll,
    },
  },
  securityGroupRule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
  securityGroupRule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
  {
    token: "aws:ec2/securityGroupRule:SecurityGroupRule",
    required: ["fromPort", "protocol", "securityGroupId", "toPort", "type"],
    replace: [
      "cidrBlocks",
      "fromPort",
      "ipv6CidrBlocks",
      "prefixListIds",
      "protocol",
      "securityGroupId",
      "self",
      "sourceSecurityGroupId",
      "toPort",
      "type",
      "region",
    ],
    rules: {
      ...PORTS,
      type: oneOf("ingress", "egress"),
      "cidrBlocks[*]": cidr,
      securityGroupId: SECURITY_GROUP,
      sourceSecurityGroupId: SECURITY_GROUP,
      description: DESCRIPTION,
    },
    id: pattern("sgrule-{seed:10}"),
    computed: { securityGroupRuleId: ({ seed }) => `sgr-${seed.slice(0, 17)}` },
  },
  {
    token: "aws:ec2/flowLog:FlowLog",
    replace: [
      "deliverCrossAccountRole",
      "destinationOptions",
      "eniId",
      "iamRoleArn",
      "logDestination",
      "logDestinationType",
      "logFormat",
      "maxAggregationInterval",
      "subnetId",
      "trafficType",
      "transitGatewayAttachmentId",
      "transitGatewayId",
      "vpcId",
      "region",
    ],
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    rules: {
      trafficType: oneOf("ACCEPT", "REJECT", "ALL"),
      logDestinationType: oneOf("cloud-watch-logs", "s3", "kinesis-data-firehose"),
      maxAggregationInterval: oneOf(60, 600),
      logDestination: arn(),
      iamRoleArn: arn("iam", /^role\//),
    },
    together: (inputs) => {
      const sources = [
        "vpcId",
        "subnetId",
        "eniId",
        "transitGatewayId",
        "transitGatewayAttachmentId",
        "regionalNatGatewayId",
      ];
      const given = sources.filter((source) => inputs[source] !== undefined);
      return given.length === 1
        ? []
        : [{ property: given[1] ?? "vpcId", reason: `expected exactly one of ${sources.join(", ")}` }];
    },
    id: pattern("fl-{seed:17}"),
    computed: {
      arn: arnPattern("ec2", "vpc-flow-log/{id}"),
      logFormat: ({ inputs }) =>
        inputs.logFormat ??
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the format's own variables
        "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
      tagsAll,
    },
  },
  {
    token: "aws:ec2/vpcEndpoint:VpcEndpoint",
    required: ["vpcId"],
    replace: ["serviceName", "vpcEndpointType", "vpcId", "serviceRegion", "region"],
    defaults: { vpcEndpointType: "Gateway" },
    rules: {
      vpcEndpointType: oneOf("Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork"),
      ipAddressType: oneOf("ipv4", "dualstack", "ipv6"),
    },
    id: pattern("vpce-{seed:17}"),
    computed: {
      arn: arnPattern("ec2", "vpc-endpoint/{id}"),
      cidrBlocks: always([]),
      dnsEntries: always([]),
      networkInterfaceIds: always([]),
      ownerId: ({ account }) => account.id,
      prefixListId: ({ seed }) => `pl-${seed.slice(0, 8)}`,
      requesterManaged: always(false),
      state: always("available"),
      tagsAll,
    },
  },
];

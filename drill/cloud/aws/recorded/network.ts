import type { CheckFailure } from "../../provider/provider";
import type { Values } from "../../provider/values";
import { always, arnId, arnPattern, pattern, tagsAll } from "../identifiers";
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

/** What is around and in front of the load balancer: EC2 networking, WAF, certificates, DNS. */
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
  {
    token: "aws:wafv2/webAcl:WebAcl",
    required: ["defaultAction", "scope", "visibilityConfig"],
    naming: name(128),
    replace: ["name", "namePrefix", "scope", "region"],
    rules: {
      scope: oneOf("CLOUDFRONT", "REGIONAL"),
      name: matches(/^[\w-]{1,128}$/, "letters, digits, - and _"),
      "rules[*].priority": range(0, 2_147_483_647),
      "rules[*].statement.rateBasedStatement.limit": range(10, 2_000_000_000),
      "rules[*].statement.rateBasedStatement.evaluationWindowSec": oneOf(60, 120, 300, 600),
      "rules[*].statement.rateBasedStatement.aggregateKeyType": oneOf(
        "IP",
        "FORWARDED_IP",
        "CONSTANT",
        "CUSTOM_KEYS",
      ),
    },
    unique: (inputs) => text(inputs, "name"),
    id: ({ seed }) =>
      `${seed.slice(0, 8)}-${seed.slice(8, 12)}-4${seed.slice(13, 16)}-8${seed.slice(17, 20)}-${seed.slice(20, 32)}`,
    computed: {
      arn: arnPattern("wafv2", "regional/webacl/{name}/{id}"),
      capacity: ({ inputs }) => (Array.isArray(inputs.rules) ? inputs.rules.length * 25 : 0),
      applicationIntegrationUrl: always(""),
      lockToken: ({ seed }) => seed,
      tagsAll,
    },
    volatile: ["capacity", "lockToken"],
  },
  {
    token: "aws:wafv2/webAclAssociation:WebAclAssociation",
    required: ["resourceArn", "webAclArn"],
    replace: ["resourceArn", "webAclArn", "region"],
    rules: { resourceArn: arn(), webAclArn: arn("wafv2") },
    id: pattern("{webAclArn},{resourceArn}"),
    computed: {},
  },
  {
    token: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    required: ["logDestinationConfigs", "resourceArn"],
    replace: ["resourceArn", "region"],
    rules: {
      resourceArn: arn("wafv2"),
      logDestinationConfigs: size(1, 1),
      "logDestinationConfigs[*]": (value) =>
        typeof value === "string" &&
        /:(log-group:aws-waf-logs-|:aws-waf-logs-|deliverystream\/aws-waf-logs-|log-group:\*)|:::aws-waf-logs-/.test(
          value,
        )
          ? undefined
          : `the destination's name must begin with aws-waf-logs-, got ${JSON.stringify(value)}`,
    },
    id: pattern("{resourceArn}"),
    computed: {},
  },
  {
    token: "aws:wafv2/ipSet:IpSet",
    required: ["ipAddressVersion", "scope"],
    naming: name(128),
    replace: ["name", "namePrefix", "scope", "ipAddressVersion", "region"],
    rules: { ipAddressVersion: oneOf("IPV4", "IPV6"), scope: oneOf("CLOUDFRONT", "REGIONAL") },
    id: pattern("{uuid}"),
    computed: {
      arn: arnPattern("wafv2", "regional/ipset/{name}/{id}"),
      lockToken: ({ seed }) => seed,
      tagsAll,
    },
  },
  {
    token: "aws:acm/certificate:Certificate",
    replace: [
      "certificateAuthorityArn",
      "domainName",
      "keyAlgorithm",
      "subjectAlternativeNames",
      "validationMethod",
      "region",
    ],
    rules: {
      domainName: matches(/^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/i, "a domain name"),
      validationMethod: oneOf("DNS", "EMAIL", "HTTP"),
      keyAlgorithm: oneOf(
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "EC_prime256v1",
        "EC_secp384r1",
        "EC_secp521r1",
      ),
    },
    deleteFirst: false,
    id: arnId("acm", "certificate/{uuid}"),
    computed: {
      arn: ({ id }) => id,
      domainValidationOptions: ({ inputs, seed }) =>
        [
          text(inputs, "domainName"),
          ...(Array.isArray(inputs.subjectAlternativeNames)
            ? inputs.subjectAlternativeNames.map(String)
            : []),
        ].map((domain) => ({
          domainName: domain,
          resourceRecordName: `_${seed}.${domain.replace(/^\*\./, "")}.`,
          resourceRecordType: "CNAME",
          resourceRecordValue: `_${seed.split("").reverse().join("")}.acm-validations.aws.`,
        })),
      notBefore: ({ createdAt }) => createdAt,
      notAfter: ({ createdAt }) => new Date(Date.parse(createdAt) + 395 * 86_400_000).toISOString(),
      pendingRenewal: always(false),
      renewalEligibility: always("ELIGIBLE"),
      renewalSummaries: always([]),
      status: always("ISSUED"),
      type: always("AMAZON_ISSUED"),
      validationEmails: always([]),
      keyAlgorithm: ({ inputs }) => inputs.keyAlgorithm ?? "RSA_2048",
      tagsAll,
    },
  },
  {
    token: "aws:acm/certificateValidation:CertificateValidation",
    required: ["certificateArn"],
    replace: ["certificateArn", "validationRecordFqdns", "region"],
    rules: { certificateArn: arn("acm", /^certificate\//) },
    id: ({ createdAt }) => createdAt,
    computed: {},
  },
  {
    token: "aws:route53/zone:Zone",
    naming: name(255, undefined),
    replace: ["name", "delegationSetId"],
    defaults: { comment: "Managed by Pulumi", forceDestroy: false },
    id: ({ seed }) => `Z${seed.slice(0, 20).toUpperCase()}`,
    computed: {
      arn: ({ id }) => `arn:aws:route53:::hostedzone/${id}`,
      nameServers: always([
        "ns-1.awsdns-01.com",
        "ns-2.awsdns-02.net",
        "ns-3.awsdns-03.org",
        "ns-4.awsdns-04.co.uk",
      ]),
      primaryNameServer: always("ns-1.awsdns-01.com"),
      zoneId: ({ id }) => id,
      tagsAll,
    },
  },
  {
    token: "aws:route53/record:Record",
    required: ["name", "type", "zoneId"],
    replace: ["name", "type", "zoneId", "setIdentifier"],
    rules: {
      type: oneOf(
        "A",
        "AAAA",
        "CAA",
        "CNAME",
        "DS",
        "HTTPS",
        "MX",
        "NAPTR",
        "NS",
        "PTR",
        "SOA",
        "SPF",
        "SRV",
        "SSHFP",
        "SVCB",
        "TLSA",
        "TXT",
      ),
      ttl: range(0, 2_147_483_647),
      "weightedRoutingPolicies[*].weight": range(0, 255),
    },
    together: (inputs) => {
      const failures: CheckFailure[] = [];
      if ((inputs.records === undefined) === (inputs.aliases === undefined))
        failures.push({ property: "records", reason: "expected either records or aliases" });
      if (inputs.records !== undefined && inputs.ttl === undefined)
        failures.push({ property: "ttl", reason: "is required with records" });
      if (inputs.aliases !== undefined && inputs.ttl !== undefined)
        failures.push({ property: "ttl", reason: "must not be set with aliases" });
      return failures;
    },
    unique: (inputs) =>
      ["zoneId", "name", "type", "setIdentifier"].map((property) => text(inputs, property)).join("_"),
    id: ({ inputs }) =>
      ["zoneId", "name", "type", "setIdentifier"]
        .map((property) => text(inputs, property))
        .filter((part) => part !== "")
        .join("_"),
    computed: { fqdn: ({ inputs }) => text(inputs, "name").replace(/\.$/, "") },
  },
  {
    token: "aws:route53/healthCheck:HealthCheck",
    required: ["type"],
    replace: ["type", "requestInterval", "measureLatency", "referenceName", "routingControlArn"],
    rules: {
      type: oneOf(
        "HTTP",
        "HTTPS",
        "HTTP_STR_MATCH",
        "HTTPS_STR_MATCH",
        "TCP",
        "CALCULATED",
        "CLOUDWATCH_METRIC",
        "RECOVERY_CONTROL",
      ),
      requestInterval: oneOf(10, 30),
      failureThreshold: range(1, 10),
      port: range(1, 65_535),
    },
    id: pattern("{uuid}"),
    computed: {
      arn: ({ id }) => `arn:aws:route53:::healthcheck/${id}`,
      enableSni: ({ inputs }) => inputs.enableSni ?? String(inputs.type).startsWith("HTTPS"),
      tagsAll,
    },
  },
];

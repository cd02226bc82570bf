import type { CheckFailure } from "../../provider/provider";
import { always, arnId, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { arn, matches, oneOf, range } from "../validation/rules";
import { name } from "./common";

/** Names and certificates: Route 53, ACM. */
export const DNS: readonly Kind[] = [
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

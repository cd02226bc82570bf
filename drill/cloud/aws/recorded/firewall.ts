import { always, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { arn, matches, oneOf, range, size } from "../validation/rules";
import { name } from "./common";

/** The web application firewall. */
export const FIREWALL: readonly Kind[] = [
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
];

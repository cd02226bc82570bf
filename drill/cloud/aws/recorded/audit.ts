import { always, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { arn, json, matches, oneOf } from "../validation/rules";
import { name, onOff } from "./common";

/** Who did what, and what is wrong: CloudTrail, GuardDuty, Inspector, Security Hub, Config, Access Analyzer, Macie. */
export const AUDIT: readonly Kind[] = [
  {
    token: "aws:cloudtrail/trail:Trail",
    required: ["s3BucketName"],
    naming: name(128, undefined),
    replace: ["name", "region"],
    defaults: {
      enableLogging: true,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: false,
      isOrganizationTrail: false,
      enableLogFileValidation: false,
    },
    rules: {
      name: matches(/^[a-z0-9](?:[._-]?[a-z0-9]){2,127}$/i, "3 to 128 letters, digits and ._-"),
      cloudWatchLogsGroupArn: (value) =>
        typeof value === "string" && /^arn:aws:logs:.+:log-group:.+:\*$/.test(value)
          ? undefined
          : "expected the ARN of a log group that ends with :*",
      cloudWatchLogsRoleArn: arn("iam", /^role\//),
      kmsKeyId: arn("kms", /^key\//),
      "eventSelectors[*].readWriteType": oneOf("All", "ReadOnly", "WriteOnly"),
    },
    together: (inputs) =>
      (inputs.cloudWatchLogsGroupArn === undefined) !== (inputs.cloudWatchLogsRoleArn === undefined)
        ? [
            {
              property: "cloudWatchLogsRoleArn",
              reason: "cloudWatchLogsGroupArn and cloudWatchLogsRoleArn go together",
            },
          ]
        : [],
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("cloudtrail", "trail/{name}"),
      homeRegion: ({ account }) => account.region,
      snsTopicArn: always(""),
      tagsAll,
    },
  },
  {
    token: "aws:guardduty/detector:Detector",
    replace: ["region"],
    defaults: { enable: true },
    rules: { findingPublishingFrequency: oneOf("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS") },
    unique: () => "a detector of this account and region",
    id: pattern("{seed:32}"),
    computed: {
      accountId: ({ account }) => account.id,
      arn: arnPattern("guardduty", "detector/{id}"),
      findingPublishingFrequency: ({ inputs }) => inputs.findingPublishingFrequency ?? "SIX_HOURS",
      tagsAll,
    },
  },
  {
    token: "aws:guardduty/detectorFeature:DetectorFeature",
    required: ["detectorId", "status"],
    naming: name(64, undefined),
    replace: ["detectorId", "name", "region"],
    rules: {
      status: onOff,
      name: oneOf(
        "S3_DATA_EVENTS",
        "EKS_AUDIT_LOGS",
        "EBS_MALWARE_PROTECTION",
        "RDS_LOGIN_EVENTS",
        "EKS_RUNTIME_MONITORING",
        "LAMBDA_NETWORK_LOGS",
        "RUNTIME_MONITORING",
      ),
      "additionalConfigurations[*].status": onOff,
    },
    id: pattern("{detectorId}/{name}"),
    computed: {},
  },
  {
    token: "aws:inspector2/enabler:Enabler",
    required: ["accountIds", "resourceTypes"],
    replace: ["accountIds", "region"],
    rules: {
      "accountIds[*]": matches(/^\d{12}$/, "an account id of 12 digits"),
      "resourceTypes[*]": oneOf("EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"),
    },
    id: ({ inputs }) =>
      `${[inputs.accountIds].flat().map(String).join(":")}-${[inputs.resourceTypes].flat().map(String).sort().join(":")}`,
    computed: {},
  },
  {
    token: "aws:securityhub/account:Account",
    replace: ["region"],
    id: pattern("{account}"),
    computed: {
      arn: arnPattern("securityhub", "hub/default"),
      autoEnableControls: ({ inputs }) => inputs.autoEnableControls ?? true,
      controlFindingGenerator: ({ inputs }) => inputs.controlFindingGenerator ?? "SECURITY_CONTROL",
    },
  },
  {
    token: "aws:securityhub/standardsSubscription:StandardsSubscription",
    required: ["standardsArn"],
    replace: ["standardsArn", "region"],
    rules: { standardsArn: matches(/^arn:aws:securityhub:/, "the ARN of a standard") },
    id: ({ inputs }) => text(inputs, "standardsArn"),
    computed: { arn: ({ inputs }) => inputs.standardsArn },
  },
  {
    token: "aws:cfg/recorder:Recorder",
    required: ["roleArn"],
    naming: name(256, undefined),
    replace: ["name", "region"],
    rules: { roleArn: arn("iam", /^role\//) },
    id: pattern("{name}"),
    computed: {},
  },
  {
    token: "aws:cfg/deliveryChannel:DeliveryChannel",
    required: ["s3BucketName"],
    naming: name(256, undefined),
    replace: ["name", "region"],
    rules: { snsTopicArn: arn("sns") },
    id: pattern("{name}"),
    computed: {},
  },
  {
    token: "aws:cfg/recorderStatus:RecorderStatus",
    required: ["isEnabled"],
    naming: name(256, undefined),
    replace: ["name", "region"],
    id: pattern("{name}"),
    computed: {},
  },
  {
    token: "aws:cfg/rule:Rule",
    required: ["source"],
    naming: name(128, undefined),
    replace: ["name", "region"],
    rules: { inputParameters: json, "source.owner": oneOf("AWS", "CUSTOM_LAMBDA", "CUSTOM_POLICY") },
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("config", "config-rule/config-rule-{seed:6}"),
      ruleId: ({ seed }) => `config-rule-${seed.slice(0, 6)}`,
      tagsAll,
    },
  },
  {
    token: "aws:accessanalyzer/analyzer:Analyzer",
    required: ["analyzerName"],
    replace: ["analyzerName", "type", "region"],
    defaults: { type: "ACCOUNT" },
    rules: {
      type: oneOf(
        "ACCOUNT",
        "ORGANIZATION",
        "ACCOUNT_UNUSED_ACCESS",
        "ORGANIZATION_UNUSED_ACCESS",
        "ACCOUNT_INTERNAL_ACCESS",
        "ORGANIZATION_INTERNAL_ACCESS",
      ),
    },
    id: pattern("{analyzerName}"),
    computed: { arn: arnPattern("access-analyzer", "analyzer/{analyzerName}"), tagsAll },
  },
  {
    token: "aws:macie2/account:Account",
    replace: ["region"],
    rules: {
      status: oneOf("PAUSED", "ENABLED"),
      findingPublishingFrequency: oneOf("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"),
    },
    id: pattern("{account}"),
    computed: {
      createdAt: ({ createdAt }) => createdAt,
      serviceRole: arnPattern(
        "iam",
        "role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie",
        "global",
      ),
      updatedAt: ({ createdAt }) => createdAt,
    },
  },
  {
    token: "aws:ebs/encryptionByDefault:EncryptionByDefault",
    replace: ["region"],
    defaults: { enabled: true },
    id: pattern("terraform-{seed:26}"),
    computed: {},
  },
];

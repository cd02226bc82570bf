import { always, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { policyDocument } from "../validation/policy-document";
import { arn, matches, oneOf, range, size } from "../validation/rules";
import { cron, days, name } from "./common";

const VAULT_NAME = matches(/^[\w-]{2,50}$/, "2 to 50 letters, digits, - and _");
const PLAN_NAME = matches(/^[\w.-]{1,50}$/, "1 to 50 letters, digits and ._-");
const vaultArn = arnPattern("backup", "backup-vault:{backupVaultName}");

/** Backups: AWS Backup with locks and restore tests, and what belongs to RDS beside the servers. */
export const PROTECTION: readonly Kind[] = [
  {
    token: "aws:backup/vault:Vault",
    naming: name(50, undefined),
    replace: ["name", "kmsKeyArn", "region"],
    rules: { name: VAULT_NAME, kmsKeyArn: arn("kms", /^key\//) },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("backup", "backup-vault:{name}"),
      recoveryPoints: always(0),
      kmsKeyArn: ({ inputs, account }) =>
        inputs.kmsKeyArn ?? `arn:aws:kms:${account.region}:${account.id}:alias/aws/backup`,
      tagsAll,
    },
  },
  {
    token: "aws:backup/vaultPolicy:VaultPolicy",
    required: ["backupVaultName", "policy"],
    replace: ["backupVaultName", "region"],
    rules: { policy: policyDocument("resource") },
    id: pattern("{backupVaultName}"),
    computed: { backupVaultArn: vaultArn },
  },
  {
    token: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    required: ["backupVaultName"],
    replace: ["backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays", "region"],
    rules: { changeableForDays: range(3, 36_500), minRetentionDays: days, maxRetentionDays: days },
    together: ({ minRetentionDays: low, maxRetentionDays: high }) =>
      typeof low === "number" && typeof high === "number" && low > high
        ? [{ property: "maxRetentionDays", reason: `must not be below minRetentionDays (${low})` }]
        : [],
    id: pattern("{backupVaultName}"),
    computed: { backupVaultArn: vaultArn },
  },
  {
    token: "aws:backup/vaultNotifications:VaultNotifications",
    required: ["backupVaultEvents", "backupVaultName", "snsTopicArn"],
    replace: ["backupVaultEvents", "backupVaultName", "snsTopicArn", "region"],
    rules: { snsTopicArn: arn("sns") },
    id: pattern("{backupVaultName}"),
    computed: { backupVaultArn: vaultArn },
  },
  {
    token: "aws:backup/plan:Plan",
    required: ["rules"],
    naming: name(50, undefined),
    replace: ["name", "region"],
    rules: {
      name: PLAN_NAME,
      rules: size(1, 10),
      "rules[*].ruleName": PLAN_NAME,
      "rules[*].targetVaultName": VAULT_NAME,
      "rules[*].schedule": cron,
      "rules[*].startWindow": range(60, 100_000_000),
      "rules[*].completionWindow": range(60, 100_000_000),
      "rules[*].lifecycle.deleteAfter": days,
      "rules[*].lifecycle.coldStorageAfter": days,
      "rules[*].copyActions[*].destinationVaultArn": arn("backup", /^backup-vault:/),
    },
    id: pattern("{uuid}"),
    computed: {
      arn: arnPattern("backup", "backup-plan:{id}"),
      version: ({ seed }) => Buffer.from(seed.slice(0, 12)).toString("base64"),
      tagsAll,
    },
    volatile: ["version"],
  },
  {
    token: "aws:backup/selection:Selection",
    required: ["iamRoleArn", "planId"],
    naming: name(50, undefined),
    replace: [
      "conditions",
      "iamRoleArn",
      "name",
      "notResources",
      "planId",
      "resources",
      "selectionTags",
      "region",
    ],
    rules: {
      name: PLAN_NAME,
      iamRoleArn: arn("iam", /^role\//),
      "selectionTags[*].type": oneOf("STRINGEQUALS"),
    },
    deleteFirst: false,
    id: pattern("{uuid}"),
    computed: {},
  },
  {
    token: "aws:backup/restoreTestingPlan:RestoreTestingPlan",
    required: ["recoveryPointSelection", "scheduleExpression"],
    naming: { property: "name", maximum: 50 },
    replace: ["name", "region"],
    rules: {
      name: matches(/^\w{1,50}$/, "1 to 50 letters, digits and _"),
      scheduleExpression: cron,
      startWindowHours: range(1, 168),
      "recoveryPointSelection.algorithm": oneOf("LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"),
      "recoveryPointSelection.selectionWindowDays": range(1, 365),
      "recoveryPointSelection.recoveryPointTypes[*]": oneOf("CONTINUOUS", "SNAPSHOT"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: { arn: arnPattern("backup", "restore-testing-plan:{name}-{uuid}"), tagsAll },
  },
  {
    token: "aws:backup/restoreTestingSelection:RestoreTestingSelection",
    required: ["iamRoleArn", "protectedResourceType", "restoreTestingPlanName"],
    naming: { property: "name", maximum: 50 },
    replace: ["name", "protectedResourceType", "restoreTestingPlanName", "region"],
    rules: {
      name: matches(/^\w{1,50}$/, "1 to 50 letters, digits and _"),
      iamRoleArn: arn("iam", /^role\//),
      protectedResourceType: oneOf(
        "Aurora",
        "DocumentDB",
        "DynamoDB",
        "EBS",
        "EC2",
        "EFS",
        "FSx",
        "Neptune",
        "RDS",
        "S3",
      ),
      validationWindowHours: range(1, 168),
    },
    together: (inputs) =>
      inputs.protectedResourceArns === undefined && inputs.protectedResourceConditions === undefined
        ? [
            {
              property: "protectedResourceArns",
              reason: "expected protectedResourceArns or protectedResourceConditions",
            },
          ]
        : [],
    id: pattern("{restoreTestingPlanName}:{name}"),
    computed: {},
  },
  {
    token: "aws:rds/subnetGroup:SubnetGroup",
    required: ["subnetIds"],
    naming: { ...name(255), lowerCase: true },
    replace: ["name", "namePrefix", "region"],
    defaults: { description: "Managed by Pulumi" },
    rules: {
      name: matches(
        /^(?!default$)[a-z0-9._ -]{1,255}$/,
        "lower-case letters, digits and ._- and spaces, not default",
      ),
      subnetIds: size(2, 20),
      "subnetIds[*]": matches(/^subnet-\w+$/, "the id of a subnet"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("rds", "subgrp:{name}"),
      supportedNetworkTypes: always(["IPV4"]),
      vpcId: always("vpc-0d111111111111111"),
      tagsAll,
    },
  },
  {
    token: "aws:rds/optionGroup:OptionGroup",
    required: ["engineName", "majorEngineVersion"],
    naming: { ...name(255), lowerCase: true },
    replace: ["engineName", "majorEngineVersion", "name", "namePrefix", "optionGroupDescription", "region"],
    defaults: { optionGroupDescription: "Managed by Pulumi" },
    id: pattern("{name}"),
    computed: { arn: arnPattern("rds", "og:{name}"), tagsAll },
  },
  {
    token: "aws:rds/eventSubscription:EventSubscription",
    required: ["snsTopic"],
    naming: { ...name(255), lowerCase: true },
    replace: ["name", "namePrefix", "region"],
    defaults: { enabled: true },
    rules: {
      snsTopic: arn("sns"),
      sourceType: oneOf(
        "db-instance",
        "db-security-group",
        "db-parameter-group",
        "db-snapshot",
        "db-cluster",
        "db-cluster-snapshot",
        "db-proxy",
        "blue-green-deployment",
      ),
    },
    id: pattern("{name}"),
    computed: { arn: arnPattern("rds", "es:{name}"), customerAwsId: ({ account }) => account.id, tagsAll },
  },
];

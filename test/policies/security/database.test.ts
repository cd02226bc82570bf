import { describe, expect, it } from "vitest";
import { bkpCopyElsewhere } from "../../../policies/security/rules/bkp-copy-elsewhere";
import { bkpPlanRetention } from "../../../policies/security/rules/bkp-plan-retention";
import { bkpVaultCmk } from "../../../policies/security/rules/bkp-vault-cmk";
import { bkpVaultLock } from "../../../policies/security/rules/bkp-vault-lock";
import { bkpVaultPolicy } from "../../../policies/security/rules/bkp-vault-policy";
import { rdsBackupRetention } from "../../../policies/security/rules/rds-backup-retention";
import { rdsCopyTags } from "../../../policies/security/rules/rds-copy-tags";
import { rdsDeletionProtection } from "../../../policies/security/rules/rds-deletion-protection";
import { rdsEncryptedCmk } from "../../../policies/security/rules/rds-encrypted-cmk";
import { rdsFinalSnapshot } from "../../../policies/security/rules/rds-final-snapshot";
import { rdsIamAuth } from "../../../policies/security/rules/rds-iam-auth";
import { rdsInBackupPlan } from "../../../policies/security/rules/rds-in-backup-plan";
import { rdsLogs } from "../../../policies/security/rules/rds-logs";
import { rdsMinorUpgradeOwned } from "../../../policies/security/rules/rds-minor-upgrade-owned";
import { rdsMonitoring } from "../../../policies/security/rules/rds-monitoring";
import { rdsMultiAz } from "../../../policies/security/rules/rds-multi-az";
import { rdsNotPublic } from "../../../policies/security/rules/rds-not-public";
import { rdsSnapshotPrivate } from "../../../policies/security/rules/rds-snapshot-private";
import { rdsTlsRequired } from "../../../policies/security/rules/rds-tls-required";
import { secDbManagedPassword } from "../../../policies/security/rules/sec-db-managed-password";
import { secSmCmk } from "../../../policies/security/rules/sec-sm-cmk";
import { secSmRotation } from "../../../policies/security/rules/sec-sm-rotation";
import { proves, REMOVED } from "../cases";
import { type FakeResource, judge } from "../harness";

const database: FakeResource = {
  type: "aws:rds/instance:Instance",
  name: "orders",
  props: {
    storageEncrypted: true,
    kmsKeyId: "arn:aws:kms:eu-central-1:1:key/a",
    publiclyAccessible: false,
    dbSubnetGroupName: "private",
    deletionProtection: true,
    backupRetentionPeriod: 35,
    finalSnapshotIdentifier: "orders-final",
    deleteAutomatedBackups: false,
    copyTagsToSnapshot: true,
    multiAz: true,
    parameterGroupName: "orders-17",
    enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    iamDatabaseAuthenticationEnabled: true,
    monitoringInterval: 30,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: "k",
    autoMinorVersionUpgrade: false,
    passwordWo: "x",
    arn: "arn:db",
    tags: { backup: "daily" },
  },
};
const good = [database];
const parameters: FakeResource = {
  type: "aws:rds/parameterGroup:ParameterGroup",
  name: "parameters",
  props: { name: "orders-17", parameters: [{ name: "rds.force_ssl", value: "1" }] },
};
const selection: FakeResource = {
  type: "aws:backup/selection:Selection",
  name: "selection",
  props: { resources: ["arn:db"] },
};
const secret: FakeResource = {
  type: "aws:secretsmanager/secret:Secret",
  name: "secret",
  props: { id: "s", kmsKeyId: "k" },
};
const rotation: FakeResource = {
  type: "aws:secretsmanager/secretRotation:SecretRotation",
  name: "rotation",
  props: { secretId: "s", rotationRules: { automaticallyAfterDays: 90 } },
};
const snapshot: FakeResource = { type: "aws:rds/snapshot:Snapshot", name: "snapshot", props: {} };
const vault: FakeResource = {
  type: "aws:backup/vault:Vault",
  name: "vault",
  props: { name: "orders", kmsKeyArn: "k" },
};
const lock: FakeResource = {
  type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  name: "lock",
  props: { backupVaultName: "orders", minRetentionDays: 35 },
};
const vaultPolicy = (denied: readonly string[]): FakeResource => ({
  type: "aws:backup/vaultPolicy:VaultPolicy",
  name: "policy",
  props: {
    backupVaultName: "orders",
    policy: JSON.stringify({
      Statement: [{ Effect: "Deny", Principal: "*", Action: denied, Resource: "*" }],
    }),
  },
});
const plan: FakeResource = {
  type: "aws:backup/plan:Plan",
  name: "plan",
  props: {
    rules: [
      { ruleName: "daily", schedule: "cron(0 1 * * ? *)", lifecycle: { deleteAfter: 35 }, copyActions: [{}] },
    ],
  },
};

proves({
  rule: rdsEncryptedCmk,
  good,
  failing: [
    [{ storageEncrypted: false }, /not encrypted/],
    [{ kmsKeyId: REMOVED }, /No key of our own/],
  ],
  boundary: [[{ storageEncrypted: REMOVED }, /not encrypted/]],
  unknown: ["storageEncrypted"],
  unknownIsSet: ["kmsKeyId"],
});
proves({
  rule: rdsNotPublic,
  good,
  failing: [
    [{ publiclyAccessible: true }, /public address/],
    [{ dbSubnetGroupName: REMOVED }, /default network/],
  ],
  boundary: [[{ publiclyAccessible: REMOVED }]],
  unknown: ["publiclyAccessible"],
  unknownIsSet: ["dbSubnetGroupName"],
});
proves({
  rule: rdsDeletionProtection,
  good,
  failing: [[{ deletionProtection: false }, /^deletionProtection: Deletion protection is off/]],
  boundary: [[{ deletionProtection: REMOVED }, /off/]],
  unknown: ["deletionProtection"],
});
proves({
  rule: rdsBackupRetention,
  good,
  failing: [
    [{ backupRetentionPeriod: REMOVED }, /kept 1 days, at least 7/],
    [{ backupRetentionPeriod: 0 }, /kept 0 days/],
  ],
  boundary: [[{ backupRetentionPeriod: 7 }], [{ backupRetentionPeriod: 6 }, /kept 6 days/]],
  unknown: ["backupRetentionPeriod"],
});
proves({
  rule: rdsFinalSnapshot,
  good,
  failing: [
    [{ skipFinalSnapshot: true }, /No last snapshot/],
    [{ finalSnapshotIdentifier: REMOVED }, /has no name/],
    [{ deleteAutomatedBackups: true }, /go with the database/],
  ],
  boundary: [[{ skipFinalSnapshot: false }], [{ deleteAutomatedBackups: REMOVED }, /go with/]],
  unknown: ["skipFinalSnapshot", "deleteAutomatedBackups"],
});
proves({
  rule: rdsCopyTags,
  good,
  failing: [[{ copyTagsToSnapshot: REMOVED }, /lose the tags/]],
  boundary: [[{ copyTagsToSnapshot: false }, /lose the tags/]],
  unknown: ["copyTagsToSnapshot"],
});
proves({
  rule: rdsMultiAz,
  good,
  failing: [[{ multiAz: false }, /one availability zone/]],
  boundary: [[{ multiAz: REMOVED }, /one availability zone/]],
  unknown: ["multiAz"],
});
proves({
  rule: rdsTlsRequired,
  good: [database, parameters],
  failing: [
    [{ "#1.parameters": [] }, /force_ssl is not 1/],
    [[database], /not in this stack/],
  ],
  boundary: [[{ "#1.parameters.0.value": "0" }, /not 1/], [{ "#1.parameters.0.value": 1 }]],
  unknown: ["#1.parameters.0.value", "parameterGroupName"],
});
proves({
  rule: rdsLogs,
  good,
  failing: [[{ enabledCloudwatchLogsExports: REMOVED }, /not exported/]],
  boundary: [
    [{ enabledCloudwatchLogsExports: ["upgrade"] }, /not exported/],
    [{ enabledCloudwatchLogsExports: ["postgresql"] }],
  ],
  unknown: ["enabledCloudwatchLogsExports"],
});
proves({
  rule: rdsSnapshotPrivate,
  good: [snapshot],
  failing: [
    [{ sharedAccounts: ["all"] }, /public/],
    [{ sharedAccounts: ["210987654321"] }, /shared with 210987654321/],
  ],
  boundary: [[{ sharedAccounts: [] }]],
  unknown: ["sharedAccounts"],
});
proves({
  rule: rdsInBackupPlan,
  good: [database, selection],
  failing: [[[database], /No backup selection/]],
  boundary: [
    [
      {
        "#1.resources": REMOVED,
        "#1.selectionTags": [{ type: "STRINGEQUALS", key: "backup", value: "daily" }],
      },
    ],
    [{ "#1.resources": "arn:other" }, /No backup/],
    [{ snapshotIdentifier: "orders-before", "#1.resources": "arn:other" }],
  ],
  unknown: ["#1.resources"],
});
proves({
  rule: rdsIamAuth,
  good,
  failing: [[{ iamDatabaseAuthenticationEnabled: false }, /Only passwords/]],
  boundary: [[{ iamDatabaseAuthenticationEnabled: REMOVED }, /Only passwords/]],
  unknown: ["iamDatabaseAuthenticationEnabled"],
});
proves({
  rule: rdsMonitoring,
  good,
  failing: [
    [{ monitoringInterval: REMOVED }, /monitoring is off/],
    [{ performanceInsightsEnabled: false }, /Insights is off/],
    [{ performanceInsightsKmsKeyId: REMOVED }, /not ours/],
  ],
  boundary: [[{ monitoringInterval: 0 }, /monitoring is off/], [{ monitoringInterval: 1 }]],
  unknown: ["monitoringInterval"],
});
proves({
  rule: rdsMinorUpgradeOwned,
  good,
  failing: [[{ autoMinorVersionUpgrade: REMOVED }, /lets AWS change/]],
  boundary: [[{ autoMinorVersionUpgrade: true }]],
  unknown: [],
  unknownIsSet: ["autoMinorVersionUpgrade"],
});
proves({
  rule: secDbManagedPassword,
  good,
  failing: [
    [{ password: "canary" }, /^(?!.*canary).*kept in the state/],
    [{ passwordWo: REMOVED }, /No write-only/],
  ],
  boundary: [
    [{ passwordWo: REMOVED, manageMasterUserPassword: true }],
    [{ passwordWo: REMOVED, snapshotIdentifier: "s" }],
    [{ passwordWo: REMOVED, manageMasterUserPassword: false }, /No write-only/],
  ],
  unknown: ["password"],
  unknownIsSet: ["passwordWo"],
});
proves({
  rule: secSmRotation,
  good: [secret, rotation],
  failing: [
    [[secret], /Nothing rotates/],
    [{ "#1.rotationRules": REMOVED }, /unknown number of/],
  ],
  boundary: [
    [{ "#1.rotationRules.automaticallyAfterDays": 91 }, /every 91/],
    [{ "#1.secretId": "t", tags: { "rotated-by": "order-upgrade" } }],
  ],
  unknown: ["#1.rotationRules.automaticallyAfterDays"],
});
proves({
  rule: secSmCmk,
  good: [secret],
  failing: [[{ kmsKeyId: REMOVED }, /default key/]],
  boundary: [[{ kmsKeyId: REMOVED }, /default key/]],
  unknown: [],
  unknownIsSet: ["kmsKeyId"],
});
proves({
  rule: bkpVaultCmk,
  good: [vault],
  failing: [
    [{ kmsKeyArn: REMOVED }, /default key/],
    [{ forceDestroy: true }, /destroyed with its backups/],
  ],
  boundary: [[{ forceDestroy: false }]],
  unknown: ["forceDestroy"],
  unknownIsSet: ["kmsKeyArn"],
});
proves({
  rule: bkpVaultLock,
  good: [vault, lock],
  failing: [
    [[vault], /not locked/],
    [{ "#1.changeableForDays": 3 }, /irreversible/],
  ],
  boundary: [
    [{ "#1.minRetentionDays": 7 }],
    [{ "#1.minRetentionDays": 6 }, /after 6 days/],
    [{ "#1.minRetentionDays": REMOVED }, /after 0 days/],
    // The vault of another Region may have the same name.
    [{ "#1.region": "eu-west-1" }, /not locked/],
  ],
  unknown: ["#1.minRetentionDays"],
});
proves({
  rule: bkpVaultPolicy,
  good: [vault, vaultPolicy(["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"])],
  failing: [
    [[vault], /no policy of its own/],
    [[vault, vaultPolicy(["backup:DeleteRecoveryPoint"])], /UpdateRecoveryPointLifecycle is not refused/],
  ],
  boundary: [[[vault, vaultPolicy(["backup:*"])]], [{ "#1.region": "eu-west-1" }, /no policy of its own/]],
  unknown: ["#1.policy"],
});
proves({
  rule: bkpPlanRetention,
  good: [plan],
  failing: [
    [{ "rules.0.lifecycle.deleteAfter": 10 }, /keeps backups 10 days/],
    [{ "rules.0.schedule": "cron(0 1 ? * SUN *)" }, /No rule runs each day/],
    [{ rules: REMOVED }, /No rule runs/],
  ],
  boundary: [
    [{ "rules.0.lifecycle.deleteAfter": 34 }, /34 days/],
    [{ "rules.0.lifecycle": REMOVED }],
    [{ "rules.0.schedule": "rate(24 hours)" }],
    [{ "rules.0.schedule": "rate(25 hours)" }, /each day/],
    [{ "rules.0.schedule": "cron(0 0/6 * * ? *)" }],
  ],
  unknown: ["rules.0.schedule", "rules.0.lifecycle.deleteAfter"],
});
proves({
  rule: bkpCopyElsewhere,
  good: [plan],
  failing: [[{ "rules.0.copyActions": REMOVED }, /copies nothing/]],
  boundary: [[{ "rules.0.copyActions": [] }, /copies nothing/]],
  unknown: ["rules.0.copyActions"],
});

describe("a scratch copy restored from a snapshot", () => {
  const scratch = (tags: object, ...rest: object[]): FakeResource => ({
    type: "aws:rds/instance:Instance",
    name: "scratch",
    props: Object.assign({ snapshotIdentifier: "before", tags }, ...rest),
  });
  const keeping = [rdsDeletionProtection, rdsBackupRetention, rdsFinalSnapshot, rdsMultiAz, rdsLogs];

  it("need not be kept", () => {
    for (const rule of keeping) expect(judge(rule, [scratch({ purpose: "scratch" })]).violations).toEqual([]);
  });

  it("is one only when it is restored from a snapshot and says so", () => {
    for (const rule of keeping) {
      expect(judge(rule, [scratch({})]).violations.length).toBeGreaterThan(0);
      expect(
        judge(rule, [{ type: "aws:rds/instance:Instance", props: { tags: { purpose: "scratch" } } }])
          .violations.length,
      ).toBeGreaterThan(0);
    }
  });

  it("is protected from readers like any other", () => {
    expect(
      judge(rdsNotPublic, [
        scratch({ purpose: "scratch" }, { publiclyAccessible: true, dbSubnetGroupName: "x" }),
      ]).violations,
    ).toHaveLength(1);
  });
});

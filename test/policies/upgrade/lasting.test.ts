import { upgEngineMajorExplicit } from "../../../policies/upgrade/rules/upg-engine-major-explicit";
import { upgEvidenceWriteOnce } from "../../../policies/upgrade/rules/upg-evidence-write-once";
import { upgNoApplyImmediately } from "../../../policies/upgrade/rules/upg-no-apply-immediately";
import { upgNoDeleteBeforeReplace } from "../../../policies/upgrade/rules/upg-no-delete-before-replace";
import { upgRetentionFloor } from "../../../policies/upgrade/rules/upg-retention-floor";
import { upgStatefulProtect } from "../../../policies/upgrade/rules/upg-stateful-protect";
import { proves, REMOVED } from "../cases";
import type { FakeResource } from "../harness";
import { deployment, upgrade } from "./fixtures";

const database: FakeResource = {
  type: "aws:rds/instance:Instance",
  name: "database",
  props: {
    engineVersion: "17.4",
    applyImmediately: false,
    allowMajorVersionUpgrade: false,
    backupRetentionPeriod: 35,
    tags: {},
  },
  opts: { protect: true },
};
const scratch: FakeResource = {
  type: "aws:rds/instance:Instance",
  props: { snapshotIdentifier: "before", tags: { purpose: "scratch" } },
};

proves({
  rule: upgStatefulProtect,
  good: [database],
  failing: [
    [{ "opts.protect": false }, /Nothing keeps it/],
    [[{ type: "aws:kms/key:Key", props: {} }], /Nothing keeps it/],
  ],
  boundary: [[[scratch]], [[{ ...scratch, props: { tags: { purpose: "scratch" } } }], /Nothing keeps it/]],
  // Protection is an option of the program and always known; an unknown tag makes no scratch copy.
  unknown: [],
  unknownIsSet: ["tags"],
});
proves({
  rule: upgNoDeleteBeforeReplace,
  good: [database],
  failing: [
    [{ "opts.deleteBeforeReplace": true }, /delete it first/],
    [{ "opts.ignoreChanges": ["*"] }, /\* would go unnoticed/],
    [
      { "opts.ignoreChanges": ["deletionProtection", "backupRetentionPeriod"] },
      /deletionProtection/,
      /backupRetentionPeriod/,
    ],
  ],
  boundary: [
    [{ "opts.ignoreChanges": ["tags"] }],
    [{ "opts.deleteBeforeReplace": false }],
    [[{ ...scratch, opts: { deleteBeforeReplace: true } }]],
  ],
  unknown: [],
  unknownIsSet: ["tags"],
});
proves({
  rule: upgNoApplyImmediately,
  good: [database],
  failing: [[{ applyImmediately: true }, /restart the database at once/]],
  boundary: [[{ applyImmediately: REMOVED }]],
  unknown: ["applyImmediately"],
});
proves({
  rule: upgEngineMajorExplicit,
  good: [upgrade("steady"), database],
  failing: [
    [{ phase: "migrated", "#1.allowMajorVersionUpgrade": true }, /in phase migrated/],
    [{ "#1.allowMajorVersionUpgrade": true, "#1.engineVersion": REMOVED }, /nobody named/],
    [[{ ...database, props: { engineVersion: "18.1", allowMajorVersionUpgrade: true } }], /in phase unknown/],
  ],
  boundary: [
    [{ "#1.allowMajorVersionUpgrade": true }],
    [{ "#1.allowMajorVersionUpgrade": true, "#1.engineVersion": "18" }, /nobody named/],
  ],
  unknown: ["#1.allowMajorVersionUpgrade"],
});
proves({
  rule: upgRetentionFloor,
  good: [upgrade("live"), database, deployment("orders", "3.2.0", "service")],
  failing: [
    [{ "#1.backupRetentionPeriod": 1 }, /kept 1 days, the soak period asks for 2/],
    [{ "#1.backupRetentionPeriod": REMOVED }, /kept 0 days/],
    [{ limits: {} }, /how long to soak/],
    [{ "#2.spec.revisionHistoryLimit": 0 }, /Only 0/],
  ],
  boundary: [
    [{ "#1.backupRetentionPeriod": 2 }],
    [{ "limits.soak": 86_401, "#1.backupRetentionPeriod": 2 }, /asks for 3/],
    [{ "#2.spec.revisionHistoryLimit": 2 }],
    [{ "#2.spec.revisionHistoryLimit": 1 }, /Only 1/],
  ],
  unknown: ["#1.backupRetentionPeriod", "#2.spec.revisionHistoryLimit"],
});

const bucket: FakeResource = {
  type: "aws:s3/bucket:Bucket",
  name: "evidence",
  props: { bucket: "evidence", objectLockEnabled: true, tags: { purpose: "evidence" } },
};
const versioning: FakeResource = {
  type: "aws:s3/bucketVersioning:BucketVersioning",
  name: "versioning",
  props: { bucket: "evidence", versioningConfiguration: { status: "Enabled" } },
};
const lock: FakeResource = {
  type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  name: "lock",
  props: { bucket: "evidence", rule: { defaultRetention: { mode: "GOVERNANCE", days: 365 } } },
};
proves({
  rule: upgEvidenceWriteOnce,
  good: [upgrade("live"), bucket, versioning, lock],
  failing: [
    [[upgrade("live")], /no place/],
    [{ "#1.objectLockEnabled": false }, /could be rewritten/],
    [{ "#2.versioningConfiguration.status": "Suspended" }, /replace the first/],
    [[upgrade("live"), bucket, versioning], /kept 0 days/],
  ],
  boundary: [
    [{ "#3.rule.defaultRetention.days": 90 }],
    [{ "#3.rule.defaultRetention.days": 89 }, /kept 89 days/],
    [{ "#3.rule.defaultRetention": { years: 1 } }],
  ],
  unknown: [
    "#1.objectLockEnabled",
    "#2.versioningConfiguration.status",
    "#3.rule.defaultRetention.days",
    "#1.tags.purpose",
  ],
});

import { People } from "../../components/access/people";
import { Detection } from "../../components/audit/detection";
import { FlowLogs } from "../../components/audit/flow-logs";
import { Trail } from "../../components/audit/trail";
import { ContinuousBackup } from "../../components/backup/continuous";
import { NamespaceRules } from "../../components/network/namespace-rules";
import { seconds } from "../units";
import type { Data } from "./data";
import { DATABASE_PORT, type Platform } from "./platform";
import type { Settings } from "./settings";

/** What guards the order system whatever the dial says: backups on a schedule, access, network rules, audit, detection. */
export function createProtection(settings: Settings, platform: Platform, data: Data): void {
  const { backup, security, network } = settings.parameters;
  const { common, accountId, key, evidence, backups, logs } = platform;
  new ContinuousBackup("continuous", {
    ...common,
    accountId,
    resourceArns: [data.database.instance.arn],
    keyArn: key.arn,
    intervalHours: Math.ceil(seconds(backup.interval) / 3600),
    retentionDays: backup.retention,
    lock: backup.lock,
    copyRegion: backup.copyRegion,
    restoreTest: backup.restoreTest
      ? {
          subnetGroupName: data.database.subnetGroupName,
          securityGroupId: platform.securityGroups.databaseId,
        }
      : undefined,
  });
  if (security.trail) {
    new Trail("audit", {
      ...common,
      logBucket: logs.bucket,
      keyArn: key.arn,
      watchedBucketArns: [evidence.bucket.arn, backups.arn],
      after: [logs],
    });
  }
  if (network.flowLogs) {
    new FlowLogs("flow", {
      ...common,
      accountId,
      vpcId: network.vpcId,
      keyArn: key.arn,
      retentionDays: security.auditRetention,
    });
  }
  new Detection("detection", {
    ...common,
    accountId,
    guardDuty: security.guardDuty,
    topicArn: platform.topicArn,
  });
  const after = [platform.namespaceResource];
  new NamespaceRules(
    "order-system",
    {
      namespace: platform.namespace,
      privateCidrs: network.privateCidrs,
      databasePort: DATABASE_PORT,
      modulePorts: Object.values(settings.manifests).flatMap(({ modules }) =>
        modules.map(({ port }) => port),
      ),
      after,
    },
    platform.inCluster,
  );
  new People(
    "people",
    {
      namespace: platform.namespace,
      groups: { operator: security.operators, support: security.support, auditor: security.auditors },
      after,
    },
    platform.inCluster,
  );
}

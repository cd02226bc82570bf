import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Scratch } from "../../components/backup/scratch";
import { Snapshot } from "../../components/backup/snapshot";
import { Credentials } from "../../components/database/credentials";
import { ADMINISTRATOR, Database } from "../../components/database/database";
import { databaseUrl } from "../../components/database/settings";
import { roleOf } from "../../releases/manifest";
import { databaseIdentifier, type Plan } from "../plan";
import { gibibytes, milliseconds } from "../units";
import type { Platform } from "./platform";
import type { Settings } from "./settings";
import type { Timeline } from "./timeline";

export const MIGRATOR = "migrator";
export const READER = "reader";
const SESSION = "session";

/** Name of the Secret with the URLs that Jobs use, by role. */
export const JOB_SECRET = "database-access";
export const SCRATCH_SECRET = "scratch-access";

export interface Data {
  readonly database: Database;
  readonly sessionSecret: pulumi.Output<string>;
  readonly urlOfRelease: (version: string) => pulumi.Output<string>;
  readonly roles: readonly string[];
  /** The database and the Secrets that lead to it. */
  readonly ready: readonly pulumi.Resource[];
}

/** The database, who may enter it, and the proof that it can be restored. */
export function createData(settings: Settings, plan: Plan, platform: Platform, timeline: Timeline): Data {
  const roles = [...plan.releases.map(({ version }) => version), ...installedLater(plan)].map(roleOf);
  const everybody = [...roles, MIGRATOR, READER];
  const credentials = new Credentials("credentials", {
    ...platform.common,
    names: [ADMINISTRATOR, ...everybody, SESSION],
    keyArn: platform.key.arn,
  });
  const database = createDatabase(settings, platform, credentials);
  const url = (role: string, limit?: number): pulumi.Output<string> =>
    pulumi.secret(
      pulumi
        .all([credentials.of(role), database.address, database.port])
        .apply(([password, address, port]) =>
          databaseUrl(role, password, address, port, database.databaseName, limit),
        ),
    );
  const access = createAccess(platform, {
    ADMINISTRATOR_URL: url(ADMINISTRATOR),
    MIGRATOR_URL: url(MIGRATOR),
    READER_URL: url(READER),
    ...Object.fromEntries(everybody.map((role) => [`PASSWORD_${role.toUpperCase()}`, credentials.of(role)])),
  });
  createProofOfBackup(settings, plan, platform, timeline, { database, credentials });
  return {
    database,
    sessionSecret: credentials.of(SESSION),
    urlOfRelease: (version) =>
      url(roleOf(version), milliseconds(settings.parameters.database.statementLimit)),
    roles: everybody,
    ready: [database, access],
  };
}

/** The next release has its role as soon as its data model is installed, before it runs. */
const installedLater = (plan: Plan): string[] =>
  plan.jobs
    .filter(
      ({ step, release }) => step === "install" && !plan.releases.some(({ version }) => version === release),
    )
    .map(({ release }) => release);

function createDatabase(
  { stack, parameters }: Settings,
  platform: Platform,
  credentials: Credentials,
): Database {
  const { database, network, monitoring } = parameters;
  return new Database("database", {
    ...platform.common,
    kind: database.kind,
    identifier: databaseIdentifier(parameters, stack),
    databaseName: database.name,
    engineVersion: database.engineVersion,
    allowMajorUpgrade: database.allowMajorUpgrade,
    instanceClass: database.instanceClass,
    storageGibibytes: gibibytes(database.storage),
    storageLimitGibibytes: gibibytes(database.storageLimit),
    storageType: database.storageType,
    iops: database.iops,
    multiZone: database.multiZone,
    backupRetentionDays: database.backupRetention,
    backupWindow: database.backupWindow,
    maintenanceWindow: database.maintenanceWindow,
    deletionProtection: database.deletionProtection,
    slowQueryMilliseconds: milliseconds(database.slowQuery),
    subnetIds: network.databaseSubnetIds,
    securityGroupId: platform.securityGroups.databaseId,
    keyArn: platform.key.arn,
    administratorPassword: credentials.of(ADMINISTRATOR),
    logRetentionDays: monitoring.logRetention,
  });
}

function createAccess(
  platform: Platform,
  data: Record<string, pulumi.Output<string>>,
): kubernetes.core.v1.Secret {
  return new kubernetes.core.v1.Secret(
    JOB_SECRET,
    { metadata: { name: JOB_SECRET, namespace: platform.namespace }, type: "Opaque", stringData: data },
    { provider: platform.inCluster.providers.kubernetes, dependsOn: [platform.namespaceResource] },
  );
}

function createProofOfBackup(
  { parameters }: Settings,
  plan: Plan,
  platform: Platform,
  timeline: Timeline,
  { database, credentials }: { database: Database; credentials: Credentials },
): void {
  if (plan.snapshot === undefined) return;
  const snapshot = new Snapshot("before", {
    ...platform.common,
    identifier: plan.snapshot,
    instanceIdentifier: database.instance.identifier,
    after: timeline.before("snapshot"),
  });
  timeline.reached("snapshot", [snapshot.resource]);
  if (!plan.scratch) return;
  const scratch = new Scratch("scratch", {
    ...platform.common,
    identifier: `${database.identifier}-scratch-${plan.attempt}`,
    snapshotIdentifier: snapshot.resource.dbSnapshotIdentifier,
    instanceClass: parameters.database.instanceClass,
    subnetGroupName: database.subnetGroupName,
    parameterGroupName: database.parameterGroupName,
    securityGroupId: platform.securityGroups.databaseId,
    keyArn: platform.key.arn,
    administratorPassword: credentials.of(ADMINISTRATOR),
    after: timeline.before("scratch"),
  });
  const url = pulumi
    .all([credentials.of(ADMINISTRATOR), scratch.instance.address, scratch.instance.port])
    .apply(([password, address, port]) =>
      databaseUrl(ADMINISTRATOR, password, address, port, database.databaseName),
    );
  const secret = new kubernetes.core.v1.Secret(
    SCRATCH_SECRET,
    {
      metadata: { name: SCRATCH_SECRET, namespace: platform.namespace },
      type: "Opaque",
      stringData: { ADMINISTRATOR_URL: pulumi.secret(url) },
    },
    { provider: platform.inCluster.providers.kubernetes, dependsOn: [platform.namespaceResource] },
  );
  timeline.reached("scratch", [scratch.instance, secret]);
}

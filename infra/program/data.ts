import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Scratch } from "../../components/backup/scratch";
import { Snapshot } from "../../components/backup/snapshot";
import { Credentials } from "../../components/database/credentials";
import { ADMINISTRATOR, Database } from "../../components/database/database";
import { databaseUrl } from "../../components/database/settings";
import { roleOf, versionInNames } from "../../releases/manifest";
import { databaseIdentifier, type Plan } from "../plan";
import { gibibytes, milliseconds } from "../units";
import type { Platform } from "./platform";
import type { Settings } from "./settings";
import type { Timeline } from "./timeline";

export const MIGRATOR = "migrator";
export const READER = "reader";
const SESSION = "session";

/** Roles that installing a release creates where they are missing. */
export const rolesOfInstall = (release: string): readonly string[] => [roleOf(release), MIGRATOR, READER];

/** Name of the Secret of the Job that installs a release: only this Job acts as administrator. */
export const installSecretName = (release: string): string => `install-${versionInNames(release)}`;

/** Name of the Secret with the URLs that Jobs use, by role. */
export const JOB_SECRET = "database-access";
export const SCRATCH_SECRET = "scratch-access";

export interface Data {
  readonly database: Database;
  readonly sessionSecret: pulumi.Output<string>;
  readonly urlOfRelease: (version: string) => pulumi.Output<string>;
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
  const ownAuthority = settings.databaseAuthority !== undefined;
  const url = (role: string, limit?: number): pulumi.Output<string> =>
    pulumi.secret(
      pulumi.all([credentials.of(role), database.address, database.port]).apply(([password, address, port]) =>
        databaseUrl(role, password, address, port, database.databaseName, {
          statementLimitMilliseconds: limit,
          ownAuthority,
        }),
      ),
    );
  const secret = (name: string, data: Record<string, pulumi.Output<string>>) =>
    createSecret(platform, name, data);
  const access = secret(JOB_SECRET, { MIGRATOR_URL: url(MIGRATOR), READER_URL: url(READER) });
  const installed = plan.jobs.filter(({ step }) => step === "install").map(({ release }) => release);
  const installs = installed.map((release) =>
    secret(installSecretName(release), {
      ADMINISTRATOR_URL: url(ADMINISTRATOR),
      ...Object.fromEntries(
        rolesOfInstall(release).map((role) => [`PASSWORD_${role.toUpperCase()}`, credentials.of(role)]),
      ),
    }),
  );
  createProofOfBackup(settings, plan, platform, timeline, { database, credentials });
  return {
    database,
    sessionSecret: credentials.of(SESSION),
    urlOfRelease: (version) =>
      url(roleOf(version), milliseconds(settings.parameters.database.statementLimit)),
    ready: [database, access, ...installs],
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

/** Its content belongs to one purpose, so that a release that comes or goes replaces no Secret of another. */
const createSecret = (
  platform: Platform,
  name: string,
  stringData: Record<string, pulumi.Output<string>>,
): kubernetes.core.v1.Secret =>
  new kubernetes.core.v1.Secret(
    name,
    { metadata: { name, namespace: platform.namespace }, type: "Opaque", stringData },
    { provider: platform.inCluster.providers.kubernetes, dependsOn: [platform.namespaceResource] },
  );

function createProofOfBackup(
  { parameters, databaseAuthority }: Settings,
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
      databaseUrl(ADMINISTRATOR, password, address, port, database.databaseName, {
        ownAuthority: databaseAuthority !== undefined,
      }),
    );
  const secret = createSecret(platform, SCRATCH_SECRET, { ADMINISTRATOR_URL: pulumi.secret(url) });
  timeline.reached("scratch", [scratch.instance, secret]);
}

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../../components/access/pod-identity";
import { AUTHORITY_FILE } from "../../components/database/settings";
import { FILES_FOLDER, type Files, Job, type Variable } from "../../components/job/job";
import { contentName, moduleUrl, variableOf } from "../../components/order-system/names";
import { versionInNames } from "../../releases/manifest";
import type { JobPlan, Plan } from "../plan";
import { inBaseUnits, seconds } from "../units";
import { type Data, installSecretName, JOB_SECRET, rolesOfInstall, SCRATCH_SECRET } from "./data";
import type { Edge } from "./edge";
import type { Platform } from "./platform";
import type { Settings } from "./settings";
import type { Timeline } from "./timeline";

export interface Work {
  /** By step and release: `migrate:4.0.0`. */
  readonly jobs: ReadonlyMap<
    string,
    { readonly attempt: number; readonly resource: kubernetes.batch.v1.Job }
  >;
  /** What a CronJob of the upgrade shares with its Jobs. */
  readonly shared: SharedByJobs;
}

/** What a Job is told of the upgrade. */
interface Told {
  readonly files: readonly Files[];
  readonly environment: Readonly<Record<string, Variable>>;
}

export interface SharedByJobs extends Told {
  readonly serviceAccount: string;
  /** The same of one release alone: a Job that was told of an upgrade would run again when the next one begins. */
  readonly alone: (release: string) => Told;
  readonly after: readonly pulumi.Resource[];
}

const RELEASES = "releases";
const PARAMETERS = "parameters.json";
const SERVICE_ACCOUNT = "order-upgrade-jobs";
/** Steps that go on where they were interrupted; the others judge, and a verdict seldom changes by asking again. */
const CHANGES_DATA: ReadonlySet<string> = new Set(["install", "backup", "migrate", "contract", "revert"]);
/** Seconds a step other than the migration may take. */
const TIME_LIMIT = 3600;

/** The Jobs of this position of the dial, each after what the plan says. */
export function createWork(
  settings: Settings,
  plan: Plan,
  platform: Platform,
  data: Data,
  edge: Edge,
  timeline: Timeline,
): Work {
  const shared = createShared(settings, plan, platform, data);
  const jobs = new Map<string, { attempt: number; resource: kubernetes.batch.v1.Job }>();
  for (const one of plan.jobs) {
    const node = `job:${one.step}:${one.release}` as const;
    const told = one.step === "install" ? shared.alone(one.release) : shared;
    const job = new Job(
      one.name,
      {
        namespace: platform.namespace,
        jobName: one.name,
        step: one.step,
        release: one.release,
        image: settings.manifests[one.imageOf]?.tools.jobs?.reference ?? "",
        serviceAccount: shared.serviceAccount,
        files: told.files,
        environment: { ...told.environment, ...environmentOf(one, settings, platform, edge) },
        memory: `${memoryOf(one, settings)}Mi`,
        retries: CHANGES_DATA.has(one.step) ? 3 : 1,
        timeLimitSeconds:
          one.step === "migrate"
            ? seconds(settings.parameters.migration.timeLimit)
            : timeLimitOf(one.step, settings),
        after: [...shared.after, ...timeline.before(node)],
      },
      platform.inCluster,
    );
    jobs.set(`${one.step}:${one.release}`, { attempt: one.attempt, resource: job.resource });
    timeline.reached(node, [job.resource]);
  }
  return { jobs, shared };
}

function timeLimitOf(step: Exclude<JobPlan["step"], "migrate">, { parameters }: Settings): number {
  const limit = parameters.limits[step];
  return limit === undefined ? TIME_LIMIT : seconds(limit);
}

const memoryOf = (job: JobPlan, { parameters }: Settings): number =>
  job.step === "migrate" ? Math.ceil((inBaseUnits(parameters.migration.memory) as number) / 1024 ** 2) : 256;

function createShared(settings: Settings, plan: Plan, platform: Platform, data: Data): SharedByJobs {
  const { namespace, evidence, backups, key } = platform;
  const identity = new PodIdentity(
    "jobs",
    {
      ...platform.common,
      namespace,
      clusterName: settings.parameters.cluster.name,
      serviceAccount: SERVICE_ACCOUNT,
      permissionsBoundary: settings.parameters.security.permissionsBoundary,
      statements: pulumi
        .all([evidence.bucket.arn, backups.arn, key.arn])
        .apply(([evidenceArn, backupArn, keyArn]) => jobStatements(evidenceArn, backupArn, keyArn)),
      after: [platform.namespaceResource],
    },
    platform.inCluster,
  );
  const options = {
    provider: platform.inCluster.providers.kubernetes,
    dependsOn: [platform.namespaceResource],
  };
  const folders = Object.keys(settings.manifests).map((version) => {
    const content = folderContent(path.join(settings.releasesDirectory, version));
    const name = `release-${versionInNames(version)}`;
    const configMap = `${name}-${contentName(content)}`;
    const resource = new kubernetes.core.v1.ConfigMap(
      name,
      { metadata: { name: configMap, namespace }, immutable: true, data: content },
      options,
    );
    const paths = Object.fromEntries(
      Object.keys(content).map((file) => [file, `${RELEASES}/${version}/${file}`]),
    );
    return { version, files: { configMap, paths }, resource };
  });
  const parameters = new kubernetes.core.v1.ConfigMap(
    "parameters",
    {
      metadata: { name: "parameters", namespace },
      data: { [PARAMETERS]: JSON.stringify(parametersFile(settings, plan), null, 2) },
    },
    // Its name stays the same, so that a changed parameter does not run finished Jobs again.
    { ...options, deleteBeforeReplace: true },
  );
  const authority = createAuthority(settings, namespace, options);
  const tell = (current: string, next: string, versions: readonly string[]): Told => ({
    files: [
      ...authority.map(({ files }) => files),
      ...folders.filter(({ version }) => versions.includes(version)).map(({ files }) => files),
      { configMap: "parameters", paths: { [PARAMETERS]: PARAMETERS } },
    ],
    environment: {
      STACK: settings.stack,
      RELEASE_CURRENT: current,
      RELEASE_NEXT: next,
      RELEASES_DIRECTORY: `${FILES_FOLDER}/${RELEASES}`,
      PARAMETERS_FILE: `${FILES_FOLDER}/${PARAMETERS}`,
      EVIDENCE_BUCKET: evidence.bucket.bucket,
      AWS_REGION: settings.region,
    },
  });
  return {
    serviceAccount: SERVICE_ACCOUNT,
    ...tell(plan.current, plan.next ?? "", Object.keys(settings.manifests)),
    alone: (release) => tell(release, "", [release]),
    after: [
      ...authority.map(({ resource }) => resource),
      ...identity.resources,
      ...folders.map(({ resource }) => resource),
      parameters,
      ...data.ready,
    ],
  };
}

/** The certificates with which Jobs know the database, when the stack brings them. */
function createAuthority(
  { databaseAuthority }: Settings,
  namespace: string,
  options: pulumi.CustomResourceOptions,
): { readonly files: Files; readonly resource: pulumi.Resource }[] {
  if (databaseAuthority === undefined) return [];
  const content = { [AUTHORITY_FILE]: databaseAuthority };
  const name = `database-authority-${contentName(content)}`;
  const resource = new kubernetes.core.v1.ConfigMap(
    "database-authority",
    { metadata: { name, namespace }, immutable: true, data: content },
    options,
  );
  return [
    { files: { configMap: name, paths: { [AUTHORITY_FILE]: `database/${AUTHORITY_FILE}` } }, resource },
  ];
}

/** Parameters as Jobs read them: durations in seconds, sizes in bytes. */
const parametersFile = ({ parameters }: Settings, plan: Plan): unknown => ({
  strategy: plan.strategy,
  ...(inBaseUnits({
    business: parameters.business,
    migration: parameters.migration,
    backup: parameters.backup,
    verification: { ...parameters.verification, databaseStorage: parameters.database.storageLimit },
    soak: parameters.soak,
  }) as object),
});

const folderContent = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(path.join(folder, entry.name), "utf8")]),
  );

function environmentOf(
  job: JobPlan,
  { manifests }: Settings,
  platform: Platform,
  edge: Edge,
): Record<string, Variable> {
  const prefix = platform.evidence.prefixOf(job.release, job.attempt);
  const modules = manifests[job.release]?.modules ?? [];
  const extras: Record<JobPlan["needs"][number], Record<string, Variable>> = {
    scratch: { SCRATCH_DATABASE_URL: { secret: SCRATCH_SECRET, key: "ADMINISTRATOR_URL" } },
    "role-passwords": Object.fromEntries(
      rolesOfInstall(job.release).map((role) => [
        `ROLE_PASSWORD_${role.toUpperCase()}`,
        { secret: installSecretName(job.release), key: `PASSWORD_${role.toUpperCase()}` },
      ]),
    ),
    modules: Object.fromEntries(
      modules.map(({ name, port }) => [
        `MODULE_${variableOf(name)}_URL`,
        moduleUrl(name, job.release, platform.namespace, port),
      ]),
    ),
    "public-url": { PUBLIC_URL: edge.publicUrl },
    "backup-bucket": { BACKUP_BUCKET: platform.backups.bucket, BACKUP_PREFIX: prefix },
  };
  return {
    RELEASE: job.release,
    ATTEMPT: String(job.attempt),
    EVIDENCE_PREFIX: prefix,
    EVIDENCE_PREVIOUS: job.previous ?? "",
    DATABASE_URL: {
      secret: job.database === "administrator" ? installSecretName(job.release) : JOB_SECRET,
      key: `${job.database.toUpperCase()}_URL`,
    },
    ...Object.assign({}, ...job.needs.map((need) => extras[need])),
  };
}

/** What a Job may do: leave evidence and archives, read them back. It can remove nothing. */
const jobStatements = (evidenceArn: string, backupArn: string, keyArn: string): object[] => [
  {
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload"],
    Resource: [`${evidenceArn}/*`, `${backupArn}/*`],
  },
  { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: [evidenceArn, backupArn] },
  { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [keyArn] },
];

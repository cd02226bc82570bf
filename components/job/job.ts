import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type After, token } from "../frame/component";
import { labelsOf, RESTRICTED_CONTAINER, RESTRICTED_POD, WRITABLE_MOUNT, writableVolume } from "../frame/pod";

/** A value of the environment: in the open, or by name from a Secret. */
export type Variable = pulumi.Input<string> | { readonly secret: string; readonly key: string };

/** Files of a ConfigMap and where each lies below the folder that Jobs see. */
export interface Files {
  readonly configMap: string;
  /** Path by key. */
  readonly paths: Readonly<Record<string, string>>;
}

/** Folder in which a Job finds its files. */
export const FILES_FOLDER = "/etc/order-upgrade";

export interface JobArgs {
  readonly namespace: string;
  /** Step, release and attempt: the Job runs once under this name. */
  readonly jobName: string;
  readonly step: string;
  readonly release: string;
  /** By digest. */
  readonly image: string;
  readonly serviceAccount: string;
  readonly environment: Readonly<Record<string, Variable>>;
  readonly files: readonly Files[];
  readonly memory: string;
  /** Longest time of the work in seconds; the update waits a little longer than this. */
  readonly timeLimitSeconds: number;
  /** Times the work is begun again after a failure. What judges needs few: it repeats its questions by itself. */
  readonly retries: number;
  /** What this work rests on, for those who read the Job: digests of documents. */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly after: After;
}

/** One-shot work. The update succeeds only when the Job does; a failed one is replaced by the next update. */
export class Job extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Job");
  readonly resource: kubernetes.batch.v1.Job;

  constructor(name: string, args: JobArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Job.__pulumiType, name, { step: args.step, release: args.release, jobName: args.jobName }, opts);
    const labels = { ...labelsOf(args.step, args.release), "order-upgrade.dev/role": "job" };
    this.resource = new kubernetes.batch.v1.Job(
      args.jobName,
      {
        metadata: {
          name: args.jobName,
          namespace: args.namespace,
          labels,
          annotations: {
            // A failed Job stays in the way otherwise: the next update would wait for it again.
            "pulumi.com/replaceUnready": "true",
            ...args.annotations,
          },
        },
        spec: {
          backoffLimit: args.retries,
          activeDeadlineSeconds: args.timeLimitSeconds,
          completions: 1,
          parallelism: 1,
          template: { metadata: { labels }, spec: podOf(args) },
        },
      },
      {
        dependsOn: args.after,
        customTimeouts: { create: `${args.timeLimitSeconds + 120}s` },
        parent: this,
      },
    );
    this.registerOutputs({});
  }
}

/** Pod of a Job or CronJob of the upgrade. */
export function podOf(
  args: Pick<JobArgs, "step" | "image" | "serviceAccount" | "environment" | "files" | "memory">,
): kubernetes.types.input.core.v1.PodSpec {
  return {
    ...RESTRICTED_POD,
    serviceAccountName: args.serviceAccount,
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        ...RESTRICTED_CONTAINER,
        name: "job",
        image: args.image,
        args: [args.step],
        env: environmentOf(args.environment),
        resources: {
          requests: { cpu: "250m", memory: args.memory },
          limits: { cpu: "2", memory: args.memory },
        },
        volumeMounts: [WRITABLE_MOUNT, { name: "files", mountPath: FILES_FOLDER, readOnly: true }],
      },
    ],
    volumes: [
      writableVolume("256Mi"),
      {
        name: "files",
        projected: {
          sources: args.files.map(({ configMap, paths }) => ({
            configMap: {
              name: configMap,
              items: Object.entries(paths).map(([key, path]) => ({ key, path })),
            },
          })),
        },
      },
    ],
  };
}

/** The environment as Kubernetes writes it, in the order of names. */
export const environmentOf = (
  environment: Readonly<Record<string, Variable>>,
): kubernetes.types.input.core.v1.EnvVar[] =>
  Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) =>
      isSecretReference(value)
        ? { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } }
        : { name, value },
    );

const isSecretReference = (value: Variable): value is { readonly secret: string; readonly key: string } =>
  typeof value === "object" && "secret" in value && "key" in value;

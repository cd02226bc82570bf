import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type After, token } from "../frame/component";
import { labelsOf } from "../frame/pod";
import { type JobArgs, podOf } from "./job";

export interface ScheduledJobArgs
  extends Pick<JobArgs, "step" | "image" | "serviceAccount" | "environment" | "files" | "memory"> {
  readonly namespace: string;
  readonly scheduleName: string;
  /** Five cron fields, UTC. */
  readonly schedule: string;
  readonly timeLimitSeconds: number;
  readonly after: After;
}

/** Work on a schedule; one run at a time. */
export class ScheduledJob extends pulumi.ComponentResource {
  static readonly __pulumiType = token("ScheduledJob");

  constructor(name: string, args: ScheduledJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super(ScheduledJob.__pulumiType, name, { step: args.step, schedule: args.schedule }, opts);
    const labels = { ...labelsOf(args.step), "order-upgrade.dev/role": "job" };
    new kubernetes.batch.v1.CronJob(
      args.scheduleName,
      {
        metadata: { name: args.scheduleName, namespace: args.namespace, labels },
        spec: {
          schedule: args.schedule,
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 300,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            metadata: { labels },
            spec: {
              backoffLimit: 1,
              activeDeadlineSeconds: args.timeLimitSeconds,
              template: { metadata: { labels }, spec: podOf(args) },
            },
          },
        },
      },
      { parent: this, dependsOn: args.after },
    );
    this.registerOutputs({});
  }
}

import { ScheduledJob } from "../../components/job/schedule";
import type { Plan } from "../plan";
import { minutes } from "../units";
import { JOB_SECRET } from "./data";
import type { Platform } from "./platform";
import type { Settings } from "./settings";
import type { Work } from "./work";

/** Seconds a scheduled run may take. */
const TIME_LIMIT = 1800;

/** Work that comes round: the comparison of both models while they are synchronised, and the report to management. */
export function createSchedules(settings: Settings, plan: Plan, platform: Platform, { shared }: Work): void {
  const { parameters, manifests } = settings;
  const release = plan.next ?? plan.current;
  const image = manifests[release]?.tools.jobs?.reference ?? "";
  const prefix = platform.evidence.prefixOf(release, plan.attempt);
  const create = (step: "reconcile" | "report", schedule: string, url: string): void => {
    new ScheduledJob(
      step,
      {
        namespace: platform.namespace,
        scheduleName: step,
        schedule,
        step,
        image,
        serviceAccount: shared.serviceAccount,
        files: shared.files,
        environment: {
          ...shared.environment,
          RELEASE: release,
          ATTEMPT: String(plan.attempt),
          EVIDENCE_PREFIX: prefix,
          EVIDENCE_PREVIOUS: "",
          BACKUP_BUCKET: platform.backups.bucket,
          BACKUP_PREFIX: prefix,
          DATABASE_URL: { secret: JOB_SECRET, key: url },
        },
        memory: "256Mi",
        timeLimitSeconds: TIME_LIMIT,
        after: [...shared.after],
      },
      platform.inCluster,
    );
  };
  create("report", parameters.monitoring.report, "READER_URL");
  if (plan.synchronised)
    create("reconcile", everyMinutes(minutes(parameters.migration.reconcileInterval)), "MIGRATOR_URL");
}

/** Cron knows minutes within the hour and hours within the day. */
const everyMinutes = (count: number): string =>
  count < 60 ? `*/${count} * * * *` : `0 */${Math.min(23, Math.round(count / 60))} * * *`;

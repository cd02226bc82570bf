import type { CronJob } from "../types/workloads";
import { cronProblem } from "../values/cron";
import { checkJobSpec } from "./job";
import type { Problems } from "./problems";

const LONGEST_NAME = 52;

export function checkCronJob(
  { metadata, spec }: CronJob,
  live: CronJob | undefined,
  problems: Problems,
): void {
  // The Jobs' names are eleven characters longer.
  if (live === undefined && metadata.name.length > LONGEST_NAME) {
    problems.invalid("metadata.name", metadata.name, `must be no more than ${LONGEST_NAME} characters`);
  }
  if (spec === undefined) return;
  checkSchedule(spec, problems);
  problems.notNegative("spec.startingDeadlineSeconds", spec.startingDeadlineSeconds);
  problems.oneOf("spec.concurrencyPolicy", spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"]);
  problems.notNegative("spec.successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit);
  problems.notNegative("spec.failedJobsHistoryLimit", spec.failedJobsHistoryLimit);
  const template = spec.jobTemplate;
  if (template === undefined) return;
  if (template.spec === undefined) return;
  if (template.spec.manualSelector === true)
    problems.unsupported("spec.jobTemplate.spec.manualSelector", true, ["nil", "false"]);
  if (template.spec.selector !== undefined) {
    problems.invalid(
      "spec.jobTemplate.spec.selector",
      template.spec.selector,
      "`selector` will be auto-generated",
    );
  }
  checkJobSpec("spec.jobTemplate.spec", template.spec, problems);
}

function checkSchedule({ schedule, timeZone }: CronJob["spec"], problems: Problems): void {
  if (!schedule) problems.required("spec.schedule");
  else {
    const wrong = cronProblem(schedule.replace(/^(?:CRON_)?TZ=\S+\s+/, ""));
    if (wrong !== undefined) problems.invalid("spec.schedule", schedule, wrong);
    if (schedule.includes("TZ"))
      problems.invalid(
        "spec.schedule",
        schedule,
        "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
      );
  }
  if (timeZone === undefined) return;
  if (timeZone === "")
    problems.invalid("spec.timeZone", timeZone, "timeZone must be nil or non-empty string");
  else if (timeZone.toLowerCase() === "local") {
    problems.invalid(
      "spec.timeZone",
      timeZone,
      "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
    );
  } else if (!isTimeZone(timeZone))
    problems.invalid("spec.timeZone", timeZone, `unknown time zone ${timeZone}`);
}

function isTimeZone(name: string): boolean {
  if (!name.split("/").every((part) => /^(?!-)[A-Za-z._\-0-9+]{1,14}$/.test(part) && !/^\.\.?$/.test(part)))
    return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // The server reads zones from files, whose names have a case.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone === name : /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}

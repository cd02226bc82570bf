import type { CronJob } from "../types/workloads";
import { cronProblem } from "../values/cron";
import { checkJobSpec } from "./job";
import { checkAnnotations, checkLabels } from "./metadata";
import type { Problems } from "./problems";

const LONGEST_NAME = 52;

export function checkCronJob({ metadata, spec }: CronJob, problems: Problems): void {
  // The Jobs' names are eleven characters longer.
  if (metadata.name.length > LONGEST_NAME) {
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
  checkLabels(template.metadata?.labels, "spec.jobTemplate.metadata.labels", problems);
  checkAnnotations(template.metadata?.annotations, "spec.jobTemplate.metadata.annotations", problems);
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
  else if (/TZ/.test(schedule)) {
    problems.invalid(
      "spec.schedule",
      schedule,
      "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
    );
  } else {
    const wrong = cronProblem(schedule);
    if (wrong !== undefined) problems.invalid("spec.schedule", schedule, wrong);
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
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

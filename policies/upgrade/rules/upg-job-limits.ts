import { type Findings, type Properties, resourceRule } from "../../frame/rule";
import { isJob } from "../relations";

const isCronJob = (type: string): boolean => /^kubernetes:batch\/v1:CronJob(Patch)?$/.test(type);

/** What is done on a schedule: an end, and one run at a time. */
function checkSchedule({ spec }: Properties, findings: Findings): void {
  findings.part(() => {
    if (typeof spec?.jobTemplate?.spec?.activeDeadlineSeconds !== "number")
      findings.report("A run may last for ever.", "spec.jobTemplate.spec.activeDeadlineSeconds");
  });
  findings.part(() => {
    if ((spec?.concurrencyPolicy ?? "Allow") === "Allow")
      findings.report("A run may begin while another is at work.", "spec.concurrencyPolicy");
  });
}

export const upgJobLimits = resourceRule({
  name: "upg-job-limits",
  title: "One-shot work has an end, runs once at a time, and stays to be read.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Set activeDeadlineSeconds, backoffLimit 0 to 3, restartPolicy Never, one completion at a time, and no ttlSecondsAfterFinished; on a schedule, concurrencyPolicy Forbid.",
  configuration: {
    properties: {
      longestSeconds: {
        type: "integer",
        minimum: 1,
        default: 604_800,
        description: "Longest deadline in seconds.",
      },
    },
  },
  types: (type) => isJob(type) || isCronJob(type),
  check({ type, props }, findings, { longestSeconds }) {
    if (isCronJob(type)) return checkSchedule(props, findings);
    findings.part(() => {
      const deadline = props.spec?.activeDeadlineSeconds;
      if (typeof deadline !== "number")
        findings.report("The Job may run for ever.", "spec.activeDeadlineSeconds");
      else if (deadline > Number(longestSeconds))
        findings.report(
          `The Job may run ${deadline} s, at most ${longestSeconds} s are allowed.`,
          "spec.activeDeadlineSeconds",
        );
    });
    findings.part(() => {
      const retries = props.spec?.backoffLimit;
      if (typeof retries !== "number" || retries > 3)
        findings.report(`The Job is begun again ${retries ?? 6} times.`, "spec.backoffLimit");
    });
    findings.part(() => {
      if (props.spec?.template?.spec?.restartPolicy !== "Never")
        findings.report(
          "A failed container would be begun again in place, and its log lost.",
          "spec.template.spec.restartPolicy",
        );
    });
    for (const key of ["completions", "parallelism"] as const)
      findings.part(() => {
        if ((props.spec?.[key] ?? 1) !== 1)
          findings.report("The work would be done more than once.", `spec.${key}`);
      });
    findings.part(() => {
      const kept = props.spec?.ttlSecondsAfterFinished;
      if (kept !== undefined && kept < 86_400)
        findings.report(
          `The Job is gone ${kept} s after its end; the next update would run it again.`,
          "spec.ttlSecondsAfterFinished",
        );
    });
  },
});

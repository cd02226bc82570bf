import { resourceRule } from "../../frame/rule";
import { isJob } from "../relations";

export const upgJobLimits = resourceRule({
  name: "upg-job-limits",
  title: "One-shot work has an end, runs once at a time, and stays to be read.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation:
    "Set activeDeadlineSeconds, backoffLimit 0 to 3, restartPolicy Never, one completion at a time, and no ttlSecondsAfterFinished.",
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
  types: isJob,
  check({ props }, findings, { longestSeconds }) {
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

import { type Properties, resourceRule } from "../../frame/rule";

/** `cron(MINUTES HOURS DAY MONTH WEEKDAY YEAR)` on every day, or `rate(N hours|minutes)` of a day at most. */
function daily(schedule: string): boolean {
  const cron = /^cron\(\S+ \S+ (\S+) (\S+) (\S+) \S+\)$/.exec(schedule);
  if (cron !== null)
    return ["*", "?"].includes(cron[1] ?? "") && cron[2] === "*" && ["*", "?"].includes(cron[3] ?? "");
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule);
  return (
    rate !== null && (rate[2] !== "day" || rate[1] === "1") && !(rate[2] === "hour" && Number(rate[1]) > 24)
  );
}

export const bkpPlanRetention = resourceRule({
  name: "bkp-plan-retention",
  title: "Backup plans keep backups long enough and run each day.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "10.5.1" }],
  remediation: "Set lifecycle.deleteAfter to the minimum at least, and a daily schedule.",
  configuration: {
    properties: { minimumDays: { type: "integer", minimum: 1, default: 35, description: "Days." } },
  },
  types: ["aws:backup/plan:Plan"],
  check({ props }, findings, { minimumDays }) {
    findings.each(props.rules as readonly Properties[] | undefined, (entry, index) => {
      const days = entry.lifecycle?.deleteAfter as number | undefined;
      if (days !== undefined && days < Number(minimumDays))
        findings.report(
          `Rule ${entry.ruleName} keeps backups ${days} days, at least ${minimumDays} are wanted.`,
          `rules[${index}].lifecycle.deleteAfter`,
        );
    });
    findings.part(() => {
      const schedules = Array.from({ length: props.rules?.length ?? 0 }, (_, index) =>
        String(props.rules[index].schedule ?? ""),
      );
      if (!schedules.some(daily)) findings.report("No rule runs each day.", "rules");
    });
  },
});

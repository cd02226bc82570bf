import { stackRule } from "../../frame/rule";
import { known } from "../../security/aws/relations";
import { upgradeIn } from "../facts";

const ALARM = /^aws:cloudwatch\/(metricAlarm:MetricAlarm|compositeAlarm:CompositeAlarm)$/;

export const upgRollbackArmed = stackRule({
  name: "upg-rollback-armed",
  title: "While traffic can switch, an alarm about the release rings for somebody.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Tag an alarm purpose: release and give it alarmActions with actionsEnabled.",
  check(resources, findings) {
    const phase: unknown = upgradeIn(resources)?.phase;
    if (phase !== "staged" && phase !== "live") return;
    const alarms = resources.filter(
      ({ type, props }) => ALARM.test(type) && known(() => props.tags?.purpose as unknown) === "release",
    );
    if (alarms.length === 0) return findings.report("No alarm speaks about the release.");
    findings.each(alarms, (alarm) => {
      if (alarm.props.actionsEnabled === false || (alarm.props.alarmActions?.length ?? 0) === 0)
        findings.blame(alarm, "Nobody hears this alarm.", "alarmActions");
    });
  },
});

import { type Properties, resourceRule } from "../../frame/rule";
import { isSet, known } from "../aws/relations";

const isEmpty = (props: Properties): boolean => known(() => props.alarmActions.length === 0) === true;

export const cwAlarmActions = resourceRule({
  name: "cw-alarm-actions",
  title: "Alarms reach somebody.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "10.4.1" }],
  remediation: "Set alarmActions, and treatMissingData: breaching for alarms tagged purpose=release.",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
  check({ type, props }, findings) {
    findings.part(() => {
      if (props.actionsEnabled === false) findings.report("The alarm is mute.", "actionsEnabled");
    });
    if (!isSet(props, "alarmActions") || isEmpty(props))
      findings.report("The alarm tells nobody.", "alarmActions");
    findings.part(() => {
      if (
        type.endsWith("MetricAlarm") &&
        props.tags?.purpose === "release" &&
        props.treatMissingData !== "breaching"
      )
        findings.report("Missing figures count as good.", "treatMissingData");
    });
  },
});

import { resourceRule } from "../../frame/rule";
import { isScratch, isSet } from "../aws/relations";

export const rdsMonitoring = resourceRule({
  name: "rds-monitoring",
  title: "The database is observed closely enough to judge an upgrade.",
  severity: "low",
  level: "advisory",
  controls: [{ framework: "AWS FSBP", id: "RDS.6" }],
  remediation: "Set monitoringInterval above 0 and performanceInsightsEnabled with a key.",
  types: ["aws:rds/instance:Instance"],
  check({ props }, findings) {
    if (isScratch(props)) return;
    findings.part(() => {
      if (((props.monitoringInterval as number | undefined) ?? 0) <= 0)
        findings.report("Enhanced monitoring is off.", "monitoringInterval");
    });
    findings.part(() => {
      if (props.performanceInsightsEnabled !== true)
        findings.report("Performance Insights is off.", "performanceInsightsEnabled");
      else if (!isSet(props, "performanceInsightsKmsKeyId"))
        findings.report("Performance Insights uses a key that is not ours.", "performanceInsightsKmsKeyId");
    });
  },
});

import { resourceRule } from "../../frame/rule";
import { isScratch } from "../aws/relations";

export const rdsLogs = resourceRule({
  name: "rds-logs",
  title: "The database's log is exported.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "RDS.9" },
    { framework: "PCI DSS", id: "10.2.1" },
  ],
  remediation: 'Set enabledCloudwatchLogsExports to ["postgresql", "upgrade"].',
  types: ["aws:rds/instance:Instance"],
  check({ props }, findings) {
    if (isScratch(props)) return;
    const length = props.enabledCloudwatchLogsExports?.length ?? 0;
    const exported = Array.from(
      { length },
      (_, index) => props.enabledCloudwatchLogsExports[index] as string,
    );
    if (!exported.includes("postgresql"))
      findings.report("The PostgreSQL log is not exported.", "enabledCloudwatchLogsExports");
  },
});

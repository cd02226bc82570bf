import { resourceRule } from "../../frame/rule";

export const upgNoApplyImmediately = resourceRule({
  name: "upg-no-apply-immediately",
  title: "Changes of a database that restart it wait for its maintenance window.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "6.5.1" }],
  remediation: "Remove applyImmediately and set a maintenanceWindow.",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"],
  check({ props }, findings) {
    if (props.applyImmediately === true)
      findings.report(
        "A change would restart the database at once, under its customers.",
        "applyImmediately",
      );
  },
});

import { resourceRule } from "../../frame/rule";
import { isScratch } from "../aws/relations";

export const rdsDeletionProtection = resourceRule({
  name: "rds-deletion-protection",
  title: "Databases cannot be deleted by mistake.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "RDS.8" }],
  remediation: "Set deletionProtection: true.",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings) {
    if (isScratch(props)) return;
    if (props.deletionProtection !== true)
      findings.report("Deletion protection is off.", "deletionProtection");
  },
});

import { resourceRule } from "../../frame/rule";

export const rdsIamAuth = resourceRule({
  name: "rds-iam-auth",
  title: "People log in to the database with their own identity.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "AWS FSBP", id: "RDS.10" }],
  remediation: "Set iamDatabaseAuthenticationEnabled: true.",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings) {
    if (props.iamDatabaseAuthenticationEnabled !== true)
      findings.report("Only passwords work.", "iamDatabaseAuthenticationEnabled");
  },
});

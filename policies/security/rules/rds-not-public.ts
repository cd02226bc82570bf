import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const rdsNotPublic = resourceRule({
  name: "rds-not-public",
  title: "Databases have no public address.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "RDS.2" },
    { framework: "PCI DSS", id: "1.4.4" },
    { framework: "CIS AWS", id: "2.2.3" },
  ],
  remediation: "Set publiclyAccessible: false and a subnet group of private subnets.",
  types: ["aws:rds/instance:Instance"],
  check({ props }, findings) {
    findings.part(() => {
      if (props.publiclyAccessible === true)
        findings.report("The database has a public address.", "publiclyAccessible");
    });
    if (!isSet(props, "dbSubnetGroupName"))
      findings.report("No subnet group is named, so the default network is used.", "dbSubnetGroupName");
  },
});

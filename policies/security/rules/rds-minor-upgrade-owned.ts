import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const rdsMinorUpgradeOwned = resourceRule({
  name: "rds-minor-upgrade-owned",
  title: "Minor versions change when somebody decides it.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "AWS FSBP", id: "RDS.13" }],
  remediation: "Set autoMinorVersionUpgrade explicitly.",
  types: ["aws:rds/instance:Instance"],
  check({ props }, findings) {
    if (!isSet(props, "autoMinorVersionUpgrade"))
      findings.report(
        "The default lets AWS change the version in a maintenance window.",
        "autoMinorVersionUpgrade",
      );
  },
});

import { resourceRule } from "../../frame/rule";
import { isScratch } from "../aws/relations";

export const rdsMultiAz = resourceRule({
  name: "rds-multi-az",
  title: "The database survives the loss of a data centre.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "RDS.5" }],
  remediation: "Set multiAz: true.",
  types: ["aws:rds/instance:Instance"],
  check({ props }, findings) {
    if (isScratch(props)) return;
    if (props.multiAz !== true)
      findings.report("The database runs in one availability zone only.", "multiAz");
  },
});

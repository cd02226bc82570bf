import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const cwLogCmk = resourceRule({
  name: "cw-log-cmk",
  title: "Logs are encrypted with a key of our own.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "PCI DSS", id: "10.3.2" }],
  remediation: "Set kmsKeyId.",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check({ props }, findings) {
    if (!isSet(props, "kmsKeyId")) findings.report("The account's default key is used.", "kmsKeyId");
  },
});

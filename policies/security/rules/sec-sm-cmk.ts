import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const secSmCmk = resourceRule({
  name: "sec-sm-cmk",
  title: "Secrets are encrypted with a key of our own.",
  severity: "medium",
  level: "advisory",
  controls: [{ framework: "PCI DSS", id: "3.6.1" }],
  remediation: "Set kmsKeyId.",
  types: ["aws:secretsmanager/secret:Secret"],
  check({ props }, findings) {
    if (!isSet(props, "kmsKeyId")) findings.report("The account's default key is used.", "kmsKeyId");
  },
});

import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const snsEncrypted = resourceRule({
  name: "sns-encrypted",
  title: "Topics are encrypted with a key.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "SNS.1" }],
  remediation: "Set kmsMasterKeyId.",
  types: ["aws:sns/topic:Topic"],
  check({ props }, findings) {
    if (!isSet(props, "kmsMasterKeyId")) findings.report("Messages are not encrypted.", "kmsMasterKeyId");
  },
});

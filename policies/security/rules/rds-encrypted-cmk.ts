import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const rdsEncryptedCmk = resourceRule({
  name: "rds-encrypted-cmk",
  title: "Databases are encrypted with a key of our own.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "RDS.3" },
    { framework: "PCI DSS", id: "3.5.1" },
  ],
  remediation: "Set storageEncrypted: true and kmsKeyId.",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings) {
    findings.part(() => {
      if (props.storageEncrypted !== true) findings.report("Storage is not encrypted.", "storageEncrypted");
    });
    if (!isSet(props, "kmsKeyId")) findings.report("No key of our own is named.", "kmsKeyId");
  },
});

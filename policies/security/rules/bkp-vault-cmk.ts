import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const bkpVaultCmk = resourceRule({
  name: "bkp-vault-cmk",
  title: "Backup vaults are encrypted with a key of our own and do not vanish with their content.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "Backup.1" },
    { framework: "PCI DSS", id: "3.6.1" },
  ],
  remediation: "Set kmsKeyArn; remove forceDestroy.",
  types: ["aws:backup/vault:Vault"],
  check({ props }, findings) {
    if (!isSet(props, "kmsKeyArn")) findings.report("The account's default key is used.", "kmsKeyArn");
    findings.part(() => {
      if (props.forceDestroy === true)
        findings.report("The vault can be destroyed with its backups.", "forceDestroy");
    });
  },
});

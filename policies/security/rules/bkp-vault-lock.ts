import { stackRule } from "../../frame/rule";
import { isOfVault } from "../aws/backup-vault";
import { ofType } from "../aws/relations";

export const bkpVaultLock = stackRule({
  name: "bkp-vault-lock",
  title: "Backups cannot be deleted before their time.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "10.3.2" }],
  remediation:
    "Add a VaultLockConfiguration with minRetentionDays. changeableForDays makes it irreversible: it needs its own confirmation.",
  configuration: {
    properties: {
      minimumDays: {
        type: "integer",
        minimum: 1,
        default: 7,
        description: "Days a backup is kept at least.",
      },
      complianceConfirmed: {
        type: "boolean",
        default: false,
        description: "An irreversible lock is wanted.",
      },
    },
  },
  check(resources, findings, { minimumDays, complianceConfirmed }) {
    const locks = ofType(resources, "aws:backup/vaultLockConfiguration:VaultLockConfiguration");
    findings.each(ofType(resources, "aws:backup/vault:Vault"), (vault) => {
      const lock = locks.find((candidate) => isOfVault(candidate, vault));
      if (lock === undefined) return findings.blame(vault, "The vault is not locked.");
      findings.part(() => {
        const days = (lock.props.minRetentionDays as number | undefined) ?? 0;
        if (days < Number(minimumDays))
          findings.blame(
            lock,
            `Backups may be deleted after ${days} days, at least ${minimumDays} are wanted.`,
            "minRetentionDays",
          );
      });
      if ("changeableForDays" in lock.props && complianceConfirmed !== true)
        findings.blame(lock, "The lock becomes irreversible for everybody.", "changeableForDays");
    });
  },
});

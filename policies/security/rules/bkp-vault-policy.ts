import { stackRule } from "../../frame/rule";
import { isOfVault } from "../aws/backup-vault";
import { statementsOf } from "../aws/policy-document";
import { ofType } from "../aws/relations";

const NEEDED = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"];

export const bkpVaultPolicy = stackRule({
  name: "bkp-vault-policy",
  title: "A vault's own policy refuses to delete recovery points or to shorten their life.",
  severity: "high",
  level: "advisory",
  controls: [{ framework: "PCI DSS", id: "10.3.2" }],
  remediation: `Add a VaultPolicy that denies ${NEEDED.join(" and ")}.`,
  check(resources, findings) {
    const policies = ofType(resources, "aws:backup/vaultPolicy:VaultPolicy");
    findings.each(ofType(resources, "aws:backup/vault:Vault"), (vault) => {
      const policy = policies.find((candidate) => isOfVault(candidate, vault));
      if (policy === undefined) return findings.blame(vault, "The vault has no policy of its own.");
      findings.part(() => {
        const denied = statementsOf(policy.props.policy)
          .filter(({ effect }) => effect === "Deny")
          .flatMap(({ actions }) => actions);
        const open = NEEDED.filter((action) => !denied.includes(action) && !denied.includes("backup:*"));
        if (open.length > 0) findings.blame(policy, `${open.join(", ")} is not refused.`, "policy");
      });
    });
  },
});

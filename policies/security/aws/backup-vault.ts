import type { PolicyResource } from "@pulumi/policy";
import { known, refersTo } from "./relations";

/** Whether a lock or policy is about this vault. Vaults of two Regions may have one name, so the Region counts, too. */
export const isOfVault = (part: PolicyResource, vault: PolicyResource): boolean =>
  refersTo(part, "backupVaultName", vault, ["name", "id"]) &&
  known(() => part.props.region as unknown) === known(() => vault.props.region as unknown);

import { resourceRule } from "../../frame/rule";
import { isSet } from "../aws/relations";

export const secDbManagedPassword = resourceRule({
  name: "sec-db-managed-password",
  title: "Database passwords are never part of the state.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "8.6.2" }],
  remediation: "Use passwordWo with passwordWoVersion, or manageMasterUserPassword.",
  exemptible: false,
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings) {
    for (const key of ["password", "masterPassword"]) {
      if (isSet(props, key)) findings.report("The password would be kept in the state.", key);
    }
    // A database restored from a snapshot has the password of its source.
    if (isSet(props, "snapshotIdentifier") || isSet(props, "replicateSourceDb")) return;
    const managed = isSet(props, "manageMasterUserPassword") && props.manageMasterUserPassword === true;
    if (!managed && !isSet(props, "passwordWo") && !isSet(props, "masterPasswordWo"))
      findings.report("No write-only or managed password is set.", "passwordWo");
  },
});

import { resourceRule } from "../../frame/rule";
import { isScratch, isSet } from "../aws/relations";

export const rdsFinalSnapshot = resourceRule({
  name: "rds-final-snapshot",
  title: "A database that is removed leaves a last snapshot and its backups.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "12.10.1" }],
  remediation: "Set finalSnapshotIdentifier and deleteAutomatedBackups: false; never skipFinalSnapshot.",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings) {
    if (isScratch(props)) return;
    findings.part(() => {
      if (props.skipFinalSnapshot === true)
        findings.report("No last snapshot is taken.", "skipFinalSnapshot");
      else if (!isSet(props, "finalSnapshotIdentifier"))
        findings.report(
          "The last snapshot has no name, so the removal would fail.",
          "finalSnapshotIdentifier",
        );
    });
    findings.part(() => {
      if (props.deleteAutomatedBackups !== false)
        findings.report("Automatic backups go with the database.", "deleteAutomatedBackups");
    });
  },
});

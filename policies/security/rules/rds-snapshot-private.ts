import { resourceRule } from "../../frame/rule";

export const rdsSnapshotPrivate = resourceRule({
  name: "rds-snapshot-private",
  title: "Snapshots are not shared.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "RDS.1" }],
  remediation: "Remove sharedAccounts.",
  types: [
    "aws:rds/snapshot:Snapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
  ],
  check({ props }, findings) {
    findings.each(props.sharedAccounts as readonly string[] | undefined, (account) =>
      findings.report(
        account === "all" ? "The snapshot is public." : `The snapshot is shared with ${account}.`,
        "sharedAccounts",
      ),
    );
  },
});

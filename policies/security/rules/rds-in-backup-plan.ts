import type { PolicyResource } from "@pulumi/policy";
import { stackRule } from "../../frame/rule";
import { known, ofType, refersTo } from "../aws/relations";

function matchesTags(selection: PolicyResource, database: PolicyResource): boolean {
  const tags = known(() => selection.props.selectionTags as readonly { key: string; value: string }[]) ?? [];
  return Array.from({ length: tags.length }, (_, index) => tags[index]).some(
    (tag) => tag !== undefined && known(() => database.props.tags?.[tag.key]) === tag.value,
  );
}

export const rdsInBackupPlan = stackRule({
  name: "rds-in-backup-plan",
  title: "Every lasting database is in a backup plan.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "RDS.26" }],
  remediation: "Name the database in a backup selection, by ARN or tag.",
  check(resources, findings) {
    const selections = ofType(resources, "aws:backup/selection:Selection");
    findings.each(ofType(resources, "aws:rds/instance:Instance"), (database) => {
      // A scratch copy restored from a snapshot lives for an hour.
      if ("snapshotIdentifier" in database.props) return;
      const covered = selections.some(
        (selection) => refersTo(selection, "resources", database) || matchesTags(selection, database),
      );
      if (!covered) findings.blame(database, "No backup selection names the database.");
    });
  },
});

import { resourceRule } from "../../frame/rule";
import { isScratch } from "../aws/relations";

export const rdsBackupRetention = resourceRule({
  name: "rds-backup-retention",
  title: "Automatic backups reach back far enough to undo a bad upgrade.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "RDS.11" }],
  remediation: "Set backupRetentionPeriod to the pack's minimum at least.",
  configuration: {
    properties: {
      minimumDays: { type: "integer", minimum: 1, maximum: 35, default: 7, description: "Days." },
    },
  },
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check({ props }, findings, { minimumDays }) {
    if (isScratch(props)) return;
    const days = (props.backupRetentionPeriod as number | undefined) ?? 1;
    if (days < Number(minimumDays))
      findings.report(
        `Backups are kept ${days} days, at least ${minimumDays} are wanted.`,
        "backupRetentionPeriod",
      );
  },
});

import { stackRule } from "../../frame/rule";
import { isScratch, known } from "../../security/aws/relations";
import { upgradeIn } from "../facts";
import { deployments } from "../relations";

const DAY = 86_400;

export const upgRetentionFloor = stackRule({
  name: "upg-retention-floor",
  title: "Backups and earlier revisions are kept longer than the way back may be needed.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "12.10.1" }],
  remediation:
    "Raise backupRetentionPeriod above the soak period, and keep revisionHistoryLimit at 2 or more.",
  check(resources, findings) {
    const facts = upgradeIn(resources);
    if (facts === undefined) return;
    const databases = resources.filter(
      ({ type, props }) =>
        /^aws:rds\/(instance:Instance|cluster:Cluster)$/.test(type) && known(() => isScratch(props)) !== true,
    );
    findings.each(databases, (database) => {
      const kept = Number(database.props.backupRetentionPeriod ?? 0);
      const soak = facts.limits?.soak;
      if (typeof soak !== "number") return findings.report("Nothing says how long to soak.", "limits.soak");
      const wanted = Math.ceil(soak / DAY) + 1;
      if (kept < wanted)
        findings.blame(
          database,
          `Backups are kept ${kept} days, the soak period asks for ${wanted}.`,
          "backupRetentionPeriod",
        );
    });
    findings.each(deployments(resources), (one) => {
      const revisions = Number(one.props.spec?.revisionHistoryLimit ?? 10);
      if (revisions < 2)
        findings.blame(one, `Only ${revisions} earlier revisions are kept.`, "spec.revisionHistoryLimit");
    });
  },
});

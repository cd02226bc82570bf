import { stackRule } from "../../frame/rule";
import { known, ofType, refersTo } from "../aws/relations";

export const s3EvidenceObjectLock = stackRule({
  name: "s3-evidence-object-lock",
  title: "Evidence and logs cannot be altered once written.",
  severity: "medium",
  level: "mandatory",
  controls: [
    { framework: "PCI DSS", id: "10.3.2" },
    { framework: "PCI DSS", id: "10.5.1" },
  ],
  remediation: "Set objectLockEnabled and a BucketObjectLockConfiguration with a default retention.",
  configuration: {
    properties: { minimumDays: { type: "integer", minimum: 1, default: 1, description: "Days." } },
  },
  check(resources, findings, { minimumDays }) {
    const locks = ofType(resources, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration");
    findings.each(ofType(resources, "aws:s3/bucket:Bucket"), (bucket) => {
      if (!["evidence", "audit"].includes(known(() => bucket.props.tags?.purpose as string) ?? "")) return;
      findings.part(() => {
        if (bucket.props.objectLockEnabled !== true)
          findings.blame(bucket, "Objects can be overwritten and deleted.", "objectLockEnabled");
      });
      const lock = locks.find((candidate) => refersTo(candidate, "bucket", bucket, ["id", "bucket"]));
      if (lock === undefined) return findings.blame(bucket, "No retention is set.");
      findings.part(() => {
        const retention = lock.props.rule?.defaultRetention;
        const days =
          ((retention?.days as number | undefined) ?? 0) +
          365 * ((retention?.years as number | undefined) ?? 0);
        if (days < Number(minimumDays))
          findings.blame(
            lock,
            `Kept ${days} days, at least ${minimumDays} are wanted.`,
            "rule.defaultRetention",
          );
      });
    });
  },
});

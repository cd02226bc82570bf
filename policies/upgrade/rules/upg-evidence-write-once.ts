import { stackRule } from "../../frame/rule";
import { known, ofType, refersTo } from "../../security/aws/relations";
import { upgradeIn } from "../facts";

export const upgEvidenceWriteOnce = stackRule({
  name: "upg-evidence-write-once",
  title: "There is a bucket for evidence that nobody can rewrite, and it keeps it long enough.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "PCI DSS", id: "6.5.1" },
    { framework: "PCI DSS", id: "10.5.1" },
  ],
  remediation: "Tag a bucket purpose: evidence, with versioning, object lock and a default retention.",
  exemptible: false,
  configuration: {
    properties: {
      minimumDays: { type: "integer", minimum: 1, default: 90, description: "Least retention in days." },
    },
  },
  check(resources, findings, { minimumDays }) {
    if (upgradeIn(resources) === undefined) return;
    const buckets = ofType(resources, "aws:s3/bucket:Bucket").filter(
      ({ props }) => known(() => props.tags?.purpose as unknown) === "evidence",
    );
    if (buckets.length === 0) return findings.report("Evidence has no place to be kept.");
    findings.each(buckets, (bucket) => {
      findings.part(() => {
        if (bucket.props.objectLockEnabled !== true)
          findings.blame(bucket, "Evidence could be rewritten.", "objectLockEnabled");
      });
      const versioning = ofType(resources, "aws:s3/bucketVersioning:BucketVersioning").find((one) =>
        refersTo(one, "bucket", bucket, ["id", "bucket"]),
      );
      findings.part(() => {
        if (versioning?.props.versioningConfiguration?.status !== "Enabled")
          findings.blame(bucket, "A second document would replace the first.");
      });
      const lock = ofType(
        resources,
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      ).find((one) => refersTo(one, "bucket", bucket, ["id", "bucket"]));
      findings.part(() => {
        const { days = 0, years = 0 } = lock?.props.rule?.defaultRetention ?? {};
        const kept = Number(days) + 365 * Number(years);
        if (kept < Number(minimumDays))
          findings.blame(bucket, `Evidence is kept ${kept} days, at least ${minimumDays} are wanted.`);
      });
    });
  },
});

import { stackRule } from "../../frame/rule";
import { ofType, refersTo } from "../aws/relations";

export const s3PublicBlock = stackRule({
  name: "s3-public-block",
  title: "Buckets block every kind of public access.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "S3.8" },
    { framework: "PCI DSS", id: "1.4.4" },
    { framework: "CIS AWS", id: "2.1.4" },
  ],
  remediation: "Add a BucketPublicAccessBlock with all four settings true.",
  check(resources, findings) {
    const blocks = ofType(resources, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    findings.each(ofType(resources, "aws:s3/bucket:Bucket"), (bucket) => {
      const block = blocks.find((candidate) => refersTo(candidate, "bucket", bucket, ["id", "bucket"]));
      if (block === undefined) return findings.blame(bucket, "Public access is not blocked.");
      for (const key of [
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
      ]) {
        findings.part(() => {
          if (block.props[key] !== true) findings.blame(block, `${key} is off.`, key);
        });
      }
    });
  },
});

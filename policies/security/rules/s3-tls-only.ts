import { stackRule } from "../../frame/rule";
import { deniesPlainText, statementsOf } from "../aws/policy-document";
import { ofType, refersTo } from "../aws/relations";

export const s3TlsOnly = stackRule({
  name: "s3-tls-only",
  title: "Buckets refuse requests without TLS.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "S3.5" },
    { framework: "PCI DSS", id: "4.2.1" },
  ],
  remediation: "Add a bucket policy that denies when aws:SecureTransport is false.",
  unknown: "wait",
  check(resources, findings) {
    const policies = ofType(resources, "aws:s3/bucketPolicy:BucketPolicy");
    findings.each(ofType(resources, "aws:s3/bucket:Bucket"), (bucket) => {
      const policy = policies.find((candidate) => refersTo(candidate, "bucket", bucket, ["id", "bucket"]));
      if (policy === undefined) return findings.blame(bucket, "No policy refuses plain text.");
      findings.part(() => {
        if (!statementsOf(policy.props.policy).some(deniesPlainText))
          findings.blame(policy, "Plain text is not refused.", "policy");
      });
    });
  },
});

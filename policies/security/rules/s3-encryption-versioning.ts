import { stackRule } from "../../frame/rule";
import { known, ofType, refersTo } from "../aws/relations";

export const s3EncryptionVersioning = stackRule({
  name: "s3-encryption-versioning",
  title: "Buckets are encrypted with a key and keep old versions.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "S3.17" },
    { framework: "AWS FSBP", id: "S3.14" },
    { framework: "PCI DSS", id: "3.5.1" },
  ],
  remediation:
    "Add a server-side encryption configuration with aws:kms and bucketKeyEnabled, and versioning Enabled. Log delivery that cannot use a key: tag encryption=aes256.",
  check(resources, findings) {
    const encryptions = ofType(
      resources,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    const versionings = ofType(resources, "aws:s3/bucketVersioning:BucketVersioning");
    findings.each(ofType(resources, "aws:s3/bucket:Bucket"), (bucket) => {
      findings.part(() => {
        const encryption = encryptions.find((candidate) =>
          refersTo(candidate, "bucket", bucket, ["id", "bucket"]),
        );
        if (encryption === undefined) return findings.blame(bucket, "No encryption with a key is set.");
        const wanted =
          known(() => bucket.props.tags?.encryption) === "aes256"
            ? ["aws:kms", "AES256"]
            : ["aws:kms", "aws:kms:dsse"];
        const algorithm = encryption.props.rules?.[0]?.applyServerSideEncryptionByDefault?.sseAlgorithm;
        if (!wanted.includes(algorithm))
          findings.blame(encryption, `Encryption is ${algorithm ?? "not set"}.`, "rules[0]");
        else if (algorithm !== "AES256" && encryption.props.rules[0].bucketKeyEnabled !== true)
          findings.blame(
            encryption,
            "Every object asks for the key anew, which costs and may be throttled.",
            "rules[0].bucketKeyEnabled",
          );
      });
      findings.part(() => {
        const versioning = versionings.find((candidate) =>
          refersTo(candidate, "bucket", bucket, ["id", "bucket"]),
        );
        if (versioning === undefined) return findings.blame(bucket, "Old versions are not kept.");
        if (versioning.props.versioningConfiguration?.status !== "Enabled")
          findings.blame(versioning, "Versioning is not enabled.", "versioningConfiguration.status");
      });
    });
  },
});

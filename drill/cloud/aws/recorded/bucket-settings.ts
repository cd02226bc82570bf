import { pattern } from "../identifiers";
import type { Kind } from "../kind";
import { policyDocument } from "../validation/policy-document";
import { arn, oneOf, size } from "../validation/rules";
import { days } from "./common";

const RENAMED: ReadonlySet<string> = new Set([
  "BucketServerSideEncryptionConfiguration",
  "BucketLifecycleConfiguration",
  "BucketLogging",
  "BucketAcl",
]);

/** Settings of buckets that have no effect on a loopback address. */
export function bucketSettings(): Kind[] {
  const setting = (
    stem: string,
    kind: Omit<Kind, "token" | "id" | "computed">,
    computed: Kind["computed"] = {},
  ): Kind[] =>
    // The types whose names end in V2 are the same ones under the names they had before version 7.
    (RENAMED.has(stem) ? [stem, `${stem}V2`] : [stem]).map((name) => ({
      ...kind,
      token: `aws:s3/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`,
      replace: [
        "bucket",
        "region",
        ...(kind.replace ?? []),
        ...(RENAMED.has(stem) ? ["expectedBucketOwner"] : []),
      ],
      id: pattern("{bucket}"),
      computed,
    }));
  return [
    ...setting("BucketPolicy", {
      required: ["bucket", "policy"],
      rules: { policy: [policyDocument("resource"), size(1, 20_480)] },
    }),
    ...setting("BucketPublicAccessBlock", { required: ["bucket"] }),
    ...setting("BucketServerSideEncryptionConfiguration", {
      required: ["bucket", "rules"],
      rules: {
        "rules[*].applyServerSideEncryptionByDefault.sseAlgorithm": oneOf(
          "AES256",
          "aws:kms",
          "aws:kms:dsse",
        ),
        "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId": arn("kms"),
      },
    }),
    ...setting(
      "BucketLifecycleConfiguration",
      {
        required: ["bucket"],
        rules: {
          rules: size(1, 1000),
          "rules[*].status": oneOf("Enabled", "Disabled"),
          "rules[*].id": size(1, 255),
          "rules[*].expiration.days": days,
          "rules[*].noncurrentVersionExpiration.noncurrentDays": days,
          "rules[*].abortIncompleteMultipartUpload.daysAfterInitiation": days,
          "rules[*].transitions[*].storageClass": oneOf(
            "GLACIER",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "DEEP_ARCHIVE",
            "GLACIER_IR",
          ),
        },
      },
      {
        transitionDefaultMinimumObjectSize: ({ inputs }) =>
          inputs.transitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
      },
    ),
    ...setting("BucketOwnershipControls", {
      required: ["bucket", "rule"],
      rules: { "rule.objectOwnership": oneOf("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced") },
    }),
    ...setting("BucketLogging", { required: ["bucket", "targetBucket", "targetPrefix"] }),
    ...setting("BucketNotification", { required: ["bucket"] }),
    ...setting("BucketAcl", {
      required: ["bucket"],
      rules: {
        acl: oneOf(
          "private",
          "public-read",
          "public-read-write",
          "aws-exec-read",
          "authenticated-read",
          "log-delivery-write",
        ),
      },
    }),
    ...setting("BucketReplicationConfig", {
      required: ["bucket", "role", "rules"],
      rules: { role: arn("iam", /^role\//), "rules[*].status": oneOf("Enabled", "Disabled") },
    }),
    {
      token: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
      replace: ["accountId"],
      id: pattern("{account}"),
      computed: { accountId: ({ account }) => account.id },
    },
  ];
}

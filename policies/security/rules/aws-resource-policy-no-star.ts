import { resourceRule } from "../../frame/rule";
import { eachOwnStatement, resourcePolicyTypes } from "../aws/document-carriers";
import { allowsEverybody } from "../aws/policy-document";

export const awsResourcePolicyNoStar = resourceRule({
  name: "aws-resource-policy-no-star",
  title: "Policies of keys, secrets, buckets, vaults and repositories allow nobody they do not name.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "PCI DSS", id: "7.2.1" },
    { framework: "AWS FSBP", id: "KMS.5" },
  ],
  remediation: "Name the principals, or add a condition on account, organisation or service.",
  types: resourcePolicyTypes,
  check(subject, findings) {
    eachOwnStatement(subject, findings, (statement, path) => {
      if (allowsEverybody(statement))
        findings.report(`Everybody is allowed ${statement.actions.join(", ")}.`, path);
    });
  },
});

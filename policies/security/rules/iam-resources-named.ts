import { resourceRule } from "../../frame/rule";
import { eachIdentityStatement, identityTypes } from "../aws/document-carriers";

/** Actions that know no resource of their own, or only tell what there is. */
const WITHOUT_RESOURCE =
  /^(\w[\w-]*:(Describe|List)\w*\*?|ecr:GetAuthorizationToken|sts:GetCallerIdentity|cloudwatch:PutMetricData|xray:Put\w+|ec2:Get\w+|s3:ListAllMyBuckets|tag:Get\w+)$/;

export const iamResourcesNamed = resourceRule({
  name: "iam-resources-named",
  title: "Rights to read or change something name what may be read or changed.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "7.2.5" }],
  remediation: "Name the ARNs, or narrow the statement with a condition.",
  unknown: "wait",
  types: identityTypes,
  check(subject, findings) {
    eachIdentityStatement(subject, findings, (statement, path) => {
      if (statement.effect !== "Allow" || statement.conditionKeys.length > 0) return;
      if (!statement.resources.includes("*")) return;
      const broad = statement.actions.filter((action) => !WITHOUT_RESOURCE.test(action));
      if (broad.length > 0) findings.report(`${broad.join(", ")} is allowed on every resource.`, path);
    });
  },
});

import { resourceRule } from "../../frame/rule";
import { eachIdentityStatement, identityTypes } from "../aws/document-carriers";

const DESTRUCTIVE =
  /^(rds:(Delete|Remove)|backup:(Delete|Disassociate)|kms:(ScheduleKeyDeletion|DisableKey|Delete)|s3:(DeleteBucket|PutBucketPolicy|PutLifecycle|BypassGovernance)|secretsmanager:DeleteSecret|logs:Delete|cloudtrail:(Delete|Stop)|iam:(Delete|Put|Attach|Create))/i;

export const iamDestructiveScoped = resourceRule({
  name: "iam-destructive-scoped",
  title: "Rights to destroy name what may be destroyed.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "7.2.5" }],
  remediation: "Name the ARNs, or remove the action.",
  unknown: "wait",
  types: identityTypes,
  check(subject, findings) {
    eachIdentityStatement(subject, findings, (statement, path) => {
      if (
        statement.effect !== "Allow" ||
        !statement.resources.some(
          (resource) => resource === "*" || /^arn:[^:]*:[^:]*:\*?:\*?:\*$/.test(resource),
        )
      )
        return;
      const destructive = statement.actions.filter((action) => DESTRUCTIVE.test(action));
      if (destructive.length > 0)
        findings.report(`${destructive.join(", ")} is allowed on everything.`, path);
    });
  },
});

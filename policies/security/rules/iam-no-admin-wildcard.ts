import { resourceRule } from "../../frame/rule";
import { eachIdentityStatement, identityTypes } from "../aws/document-carriers";

export const iamNoAdminWildcard = resourceRule({
  name: "iam-no-admin-wildcard",
  title: "Rights name actions and resources; nothing allows everything.",
  severity: "critical",
  level: "mandatory",
  controls: [
    { framework: "AWS FSBP", id: "IAM.1" },
    { framework: "PCI DSS", id: "7.2.5" },
    { framework: "CIS AWS", id: "1.16" },
  ],
  remediation: "Name the actions, and the resources by ARN.",
  unknown: "wait",
  types: identityTypes,
  check(subject, findings) {
    eachIdentityStatement(subject, findings, (statement, path) => {
      if (statement.effect !== "Allow") return;
      if (statement.notActions.length > 0)
        findings.report("Everything but some actions is allowed (NotAction).", path);
      const everywhere = statement.resources.includes("*");
      for (const action of statement.actions) {
        if (action === "*" || action === "*:*" || (everywhere && action.endsWith(":*")))
          findings.report(`${action} is allowed on ${everywhere ? "everything" : "named resources"}.`, path);
      }
    });
  },
});

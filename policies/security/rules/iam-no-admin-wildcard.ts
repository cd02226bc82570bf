import { resourceRule } from "../../frame/rule";
import {
  attachedPolicies,
  attachmentTypes,
  eachIdentityStatement,
  identityTypes,
} from "../aws/document-carriers";

/** AWS's own policies that allow everything, or everything of a service. */
const BROAD = /^arn:aws[^:]*:iam::aws:policy\/(AdministratorAccess|PowerUserAccess|\w*FullAccess)/;

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
  types: [...identityTypes, ...attachmentTypes],
  check(subject, findings) {
    findings.part(() => {
      for (const { arn, path } of attachedPolicies(subject))
        if (BROAD.test(arn)) findings.report(`${arn.split("/").at(-1)} is attached.`, path);
    });
    if (attachmentTypes.includes(subject.type)) return;
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

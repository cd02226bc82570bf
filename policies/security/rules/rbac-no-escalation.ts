import { resourceRule } from "../../frame/rule";
import { eachAccessRule, isRole } from "../kubernetes/access";

export const rbacNoEscalation = resourceRule({
  name: "rbac-no-escalation",
  title: "No role can hand out rights it does not have.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.1.8" }],
  remediation: "Remove escalate, bind and impersonate.",
  types: isRole,
  check(subject, findings) {
    eachAccessRule(subject, findings, (rule, path) => {
      for (const verb of ["escalate", "bind", "impersonate"]) {
        if (rule.verbs.includes(verb))
          findings.report(`The verb ${verb} lets its holder take other rights.`, `${path}.verbs`);
      }
    });
  },
});

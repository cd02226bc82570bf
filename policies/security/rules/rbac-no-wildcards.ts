import { resourceRule } from "../../frame/rule";
import { eachAccessRule, isRole } from "../kubernetes/access";

export const rbacNoWildcards = resourceRule({
  name: "rbac-no-wildcards",
  title: 'Roles name what they allow; nothing is allowed by "*".',
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "CIS Kubernetes", id: "5.1.3" },
    { framework: "PCI DSS", id: "7.2.2" },
  ],
  remediation: "Name API groups, resources and verbs.",
  types: isRole,
  check(subject, findings) {
    eachAccessRule(subject, findings, (rule, path) => {
      for (const key of ["apiGroups", "resources", "verbs"] as const) {
        if (rule[key].some((entry) => entry === "*" || entry.endsWith("/*")))
          findings.report(`${key} is a wildcard.`, `${path}.${key}`);
      }
    });
  },
});

import { resourceRule } from "../../frame/rule";
import { eachAccessRule, isRole } from "../kubernetes/access";

export const rbacSecretsRead = resourceRule({
  name: "rbac-secrets-read",
  title: "Secrets are readable by name only.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.1.2" }],
  remediation: "Set resourceNames, and leave out list and watch.",
  types: isRole,
  check(subject, findings) {
    eachAccessRule(subject, findings, (rule, path) => {
      if (!rule.resources.some((resource) => resource === "secrets" || resource === "*")) return;
      const reads = rule.verbs.filter((verb) => ["get", "list", "watch", "*"].includes(verb));
      const listing = reads.some((verb) => verb !== "get");
      if (
        reads.length > 0 &&
        (rule.resourceNames.length === 0 || (listing && /ClusterRole/.test(subject.type)))
      )
        findings.report(`Secrets can be read (${reads.join(", ")}).`, path);
    });
  },
});

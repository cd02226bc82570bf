import { resourceRule } from "../../frame/rule";
import { eachAccessRule, isRole } from "../kubernetes/access";

const WRITE = ["create", "update", "patch", "delete"];

const DANGEROUS: Readonly<Record<string, readonly string[] | undefined>> = {
  "pods/exec": ["create", "get"],
  "pods/attach": ["create", "get"],
  "pods/ephemeralcontainers": ["update", "patch"],
  "nodes/proxy": ["create", "get"],
  "serviceaccounts/token": ["create"],
  "certificatesigningrequests/approval": ["update", "patch"],
  validatingwebhookconfigurations: WRITE,
  mutatingwebhookconfigurations: WRITE,
  persistentvolumes: ["create"],
};

export const rbacDangerousSubresources = resourceRule({
  name: "rbac-dangerous-subresources",
  title: "No role opens a way around the other rules: shells in pods, tokens, nodes, webhooks.",
  severity: "high",
  level: "mandatory",
  controls: [
    { framework: "CIS Kubernetes", id: "5.1.4" },
    { framework: "CIS Kubernetes", id: "5.1.9" },
  ],
  remediation: "Remove the resource from the role; use a break-glass role outside of this stack.",
  types: isRole,
  check(subject, findings) {
    eachAccessRule(subject, findings, (rule, path) => {
      for (const resource of rule.resources) {
        const verbs = DANGEROUS[resource];
        if (verbs?.some((verb) => rule.verbs.includes(verb) || rule.verbs.includes("*")))
          findings.report(`${resource} is opened (${rule.verbs.join(", ")}).`, `${path}.resources`);
      }
    });
  },
});

import { resourceRule } from "../../frame/rule";
import { isBinding } from "../kubernetes/access";

export const rbacNoClusterAdmin = resourceRule({
  name: "rbac-no-cluster-admin",
  title: "Nobody is given one of the broad built-in roles over the whole cluster.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "CIS Kubernetes", id: "5.1.1" }],
  remediation: "Bind a role made for the purpose, in the namespace.",
  types: isBinding,
  check({ type, props }, findings) {
    const role = props.roleRef?.name;
    const everywhere = /ClusterRoleBinding/.test(type);
    if (role === "cluster-admin" || (everywhere && (role === "admin" || role === "edit")))
      findings.report(`${role} is bound.`, "roleRef.name");
  },
});

import type { KubernetesObject, LabelSelector } from "../types/meta";
import { same } from "../values/json";
import { dnsSubdomain, pathSegment } from "./formats";
import { checkSelector } from "./metadata";
import type { Problems } from "./problems";

const GROUP = "rbac.authorization.k8s.io";

interface PolicyRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface Role extends KubernetesObject {
  rules?: PolicyRule[];
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] };
}

interface RoleRef {
  apiGroup?: string;
  kind?: string;
  name?: string;
}

export interface RoleBinding extends KubernetesObject {
  roleRef?: RoleRef;
  subjects?: { kind?: string; apiGroup?: string; name?: string; namespace?: string }[];
}

export function checkRole({ kind, rules, aggregationRule }: Role, problems: Problems): void {
  const namespaced = kind === "Role";
  for (const [index, rule] of (rules ?? []).entries())
    checkRule(`rules[${index}]`, rule, namespaced, problems);
  if (aggregationRule === undefined) return;
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  const at = "aggregationRule.clusterRoleSelectors";
  if (selectors.length === 0)
    problems.required(at, "at least one clusterRoleSelector required if aggregationRule is non-nil");
  for (const [index, selector] of selectors.entries())
    if (!checkSelector(selector, `${at}[${index}]`, problems))
      problems.invalid(`${at}[${index}]`, selector, "invalid label selector.");
}

function checkRule(at: string, rule: PolicyRule, namespaced: boolean, problems: Problems): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) problems.required(`${at}.verbs`, "verbs must contain at least one value");
  if (nonResourceURLs.length > 0) {
    const field = `${at}.nonResourceURLs`;
    if (namespaced)
      problems.invalid(field, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs");
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      problems.invalid(
        field,
        nonResourceURLs,
        "rules cannot apply to both regular resources and non-resource URLs",
      );
    }
    return;
  }
  if (apiGroups.length === 0)
    problems.required(`${at}.apiGroups`, "resource rules must supply at least one api group");
  if (resources.length === 0)
    problems.required(`${at}.resources`, "resource rules must supply at least one resource");
}

export function checkBinding(next: RoleBinding, live: RoleBinding | undefined, problems: Problems): void {
  const { kind, roleRef = {}, subjects = [] } = next;
  const namespaced = kind === "RoleBinding";
  if (roleRef.apiGroup !== GROUP) problems.unsupported("roleRef.apiGroup", roleRef.apiGroup ?? "", [GROUP]);
  const kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(roleRef.kind ?? "")) problems.unsupported("roleRef.kind", roleRef.kind ?? "", kinds);
  if (!roleRef.name) problems.required("roleRef.name");
  else problems.texts("roleRef.name", roleRef.name, pathSegment(roleRef.name));
  for (const [index, subject] of subjects.entries()) {
    const at = `subjects[${index}]`;
    const { name, apiGroup = "", namespace } = subject;
    if (!name) problems.required(`${at}.name`);
    switch (subject.kind) {
      case "ServiceAccount":
        if (name) problems.texts(`${at}.name`, name, dnsSubdomain(name));
        if (apiGroup !== "") problems.unsupported(`${at}.apiGroup`, apiGroup, [""]);
        if (!namespaced && !namespace) problems.required(`${at}.namespace`);
        break;
      case "User":
      case "Group":
        if (!name) problems.invalid(`${at}.name`, "", `${subject.kind.toLowerCase()} name cannot be empty`);
        if (apiGroup !== GROUP) problems.unsupported(`${at}.apiGroup`, apiGroup, [GROUP]);
        break;
      default:
        problems.unsupported(`${at}.kind`, subject.kind ?? "", ["ServiceAccount", "User", "Group"]);
    }
  }
  if (live !== undefined && !same(roleRef, live.roleRef)) {
    const shown = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
    problems.invalid("roleRef", shown, "cannot change roleRef");
  }
}

import type { Findings, Subject } from "../../frame/rule";

/** Role and ClusterRole, also as Patch. */
export const isRole = (type: string): boolean =>
  /^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role(Patch)?$/.test(type);

/** RoleBinding and ClusterRoleBinding, also as Patch. */
export const isBinding = (type: string): boolean =>
  /^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?RoleBinding(Patch)?$/.test(type);

export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames: readonly string[];
}

/** Runs a check on each rule of a role on its own. */
export function eachAccessRule(
  { props }: Subject,
  findings: Findings,
  check: (rule: AccessRule, path: string) => void,
): void {
  findings.each(
    props.rules as readonly Record<string, readonly string[] | undefined>[] | undefined,
    (rule, index) => {
      // Copied element by element: an unknown one throws here.
      const list = (key: string): string[] =>
        Array.from({ length: rule[key]?.length ?? 0 }, (_, place) => rule[key]?.[place] as string);
      check(
        {
          apiGroups: list("apiGroups"),
          resources: list("resources"),
          verbs: list("verbs"),
          resourceNames: list("resourceNames"),
        },
        `rules[${index}]`,
      );
    },
  );
}

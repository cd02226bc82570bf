import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type After, token } from "../frame/component";

export interface PeopleArgs {
  readonly namespace: string;
  /** Groups by role, as the cluster knows them; a role without a group is not bound. */
  readonly groups: Readonly<Record<PersonRole, readonly string[]>>;
  readonly after: After;
}

export type PersonRole = "operator" | "support" | "auditor";

const read = (apiGroup: string, resources: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources: [...resources],
  verbs: ["get", "list", "watch"],
});

/** Nobody may read Secrets, run commands in Pods, or change who may do what. */
const SEE_WORK = [
  read("", ["pods", "services", "endpoints", "events", "replicationcontrollers"]),
  read("apps", ["deployments", "replicasets"]),
  read("batch", ["jobs", "cronjobs"]),
  read("autoscaling", ["horizontalpodautoscalers"]),
];
const READ_LOGS = { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] };

const RULES: Record<PersonRole, kubernetes.types.input.rbac.v1.PolicyRule[]> = {
  support: [...SEE_WORK, READ_LOGS],
  operator: [
    ...SEE_WORK,
    READ_LOGS,
    read("", ["configmaps"]),
    { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
    { apiGroups: ["apps"], resources: ["deployments", "deployments/scale"], verbs: ["patch", "update"] },
    { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "delete"] },
  ],
  auditor: [
    ...SEE_WORK,
    read("", ["configmaps", "serviceaccounts", "resourcequotas", "limitranges"]),
    read("networking.k8s.io", ["networkpolicies"]),
    read("rbac.authorization.k8s.io", ["roles", "rolebindings"]),
    read("policy", ["poddisruptionbudgets"]),
  ],
};

/** What people may do in the namespace, by role. */
export class People extends pulumi.ComponentResource {
  static readonly __pulumiType = token("People");

  constructor(name: string, args: PeopleArgs, opts?: pulumi.ComponentResourceOptions) {
    super(People.__pulumiType, name, { groups: args.groups }, opts);
    for (const role of Object.keys(RULES) as PersonRole[]) {
      new kubernetes.rbac.v1.Role(
        `${name}-${role}`,
        { metadata: { name: role, namespace: args.namespace }, rules: RULES[role] },
        { parent: this, dependsOn: args.after },
      );
      if (args.groups[role].length === 0) continue;
      new kubernetes.rbac.v1.RoleBinding(
        `${name}-${role}`,
        {
          metadata: { name: role, namespace: args.namespace },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
          subjects: args.groups[role].map((group) => ({
            apiGroup: "rbac.authorization.k8s.io",
            kind: "Group",
            name: group,
          })),
        },
        { parent: this, dependsOn: args.after },
      );
    }
    this.registerOutputs({});
  }
}

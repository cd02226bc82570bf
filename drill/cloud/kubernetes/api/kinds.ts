/** The kinds the stand-in knows. A kind of a CustomResourceDefinition joins them when it is created. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Table of fields.json; undefined for a custom resource. */
  readonly table: string | undefined;
  /** Kinds with a spec count changes of it. */
  readonly generation: boolean;
  /** The status is written through a subresource, and ignored elsewhere. */
  readonly statusSubresource: boolean;
}

const NONE = { generation: false, statusSubresource: false };
const SPEC = { generation: true, statusSubresource: true };
const STATUS = { generation: false, statusSubresource: true };

function kind(
  group: string,
  version: string,
  name: string,
  plural: string,
  table: string,
  traits: { generation: boolean; statusSubresource: boolean },
  namespaced = true,
): ResourceKind {
  return { group, version, kind: name, plural, namespaced, table, ...traits };
}

const RBAC = "rbac.authorization.k8s.io";
const NETWORK = "networking.k8s.io";

export const BUILT_IN_KINDS: readonly ResourceKind[] = [
  kind("", "v1", "Namespace", "namespaces", "V1Namespace", STATUS, false),
  kind("", "v1", "Pod", "pods", "V1Pod", SPEC),
  kind("", "v1", "ConfigMap", "configmaps", "V1ConfigMap", NONE),
  kind("", "v1", "Secret", "secrets", "V1Secret", NONE),
  kind("", "v1", "Service", "services", "V1Service", STATUS),
  kind("", "v1", "ServiceAccount", "serviceaccounts", "V1ServiceAccount", NONE),
  kind("", "v1", "ResourceQuota", "resourcequotas", "V1ResourceQuota", STATUS),
  kind("", "v1", "LimitRange", "limitranges", "V1LimitRange", NONE),
  kind("", "v1", "Event", "events", "CoreV1Event", NONE),
  kind("apps", "v1", "Deployment", "deployments", "V1Deployment", SPEC),
  kind("apps", "v1", "ReplicaSet", "replicasets", "V1ReplicaSet", SPEC),
  kind("batch", "v1", "Job", "jobs", "V1Job", SPEC),
  kind("batch", "v1", "CronJob", "cronjobs", "V1CronJob", SPEC),
  kind(
    "autoscaling",
    "v2",
    "HorizontalPodAutoscaler",
    "horizontalpodautoscalers",
    "V2HorizontalPodAutoscaler",
    STATUS,
  ),
  kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "V1PodDisruptionBudget", SPEC),
  kind(NETWORK, "v1", "NetworkPolicy", "networkpolicies", "V1NetworkPolicy", { ...NONE, generation: true }),
  kind(NETWORK, "v1", "Ingress", "ingresses", "V1Ingress", SPEC),
  kind(
    NETWORK,
    "v1",
    "IngressClass",
    "ingressclasses",
    "V1IngressClass",
    { ...NONE, generation: true },
    false,
  ),
  kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "V1EndpointSlice", {
    ...NONE,
    generation: true,
  }),
  kind(RBAC, "v1", "Role", "roles", "V1Role", NONE),
  kind(RBAC, "v1", "RoleBinding", "rolebindings", "V1RoleBinding", NONE),
  kind(RBAC, "v1", "ClusterRole", "clusterroles", "V1ClusterRole", NONE, false),
  kind(RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", "V1ClusterRoleBinding", NONE, false),
  kind(
    "scheduling.k8s.io",
    "v1",
    "PriorityClass",
    "priorityclasses",
    "V1PriorityClass",
    { ...NONE, generation: true },
    false,
  ),
  kind(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    "V1CustomResourceDefinition",
    SPEC,
    false,
  ),
];

/** `apps/v1/Deployment`, `v1/Pod`. */
export function kindKey(apiVersion: string, name: string): string {
  return `${apiVersion}/${name}`;
}

export function apiVersionOf(resource: Pick<ResourceKind, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

export class Kinds {
  readonly #byKey = new Map<string, ResourceKind>();

  constructor(kinds: readonly ResourceKind[] = BUILT_IN_KINDS) {
    for (const each of kinds) this.add(each);
  }

  add(resource: ResourceKind): void {
    this.#byKey.set(kindKey(apiVersionOf(resource), resource.kind), resource);
  }

  remove(apiVersion: string, name: string): void {
    this.#byKey.delete(kindKey(apiVersion, name));
  }

  find(apiVersion: string, name: string): ResourceKind | undefined {
    return this.#byKey.get(kindKey(apiVersion, name));
  }

  byPlural(group: string, version: string, plural: string): ResourceKind | undefined {
    return this.all().find(
      (each) => each.group === group && each.version === version && each.plural === plural,
    );
  }

  hasGroupVersion(group: string, version: string): boolean {
    return this.all().some((each) => each.group === group && each.version === version);
  }

  all(): ResourceKind[] {
    return [...this.#byKey.values()];
  }
}

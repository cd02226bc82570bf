import type { Fields, KubernetesObject } from "../types/meta";
import type { EndpointSlice, Service } from "../types/network";
import type { LimitRange, Namespace, PriorityClass, Secret } from "../types/store";

export function defaultService({ spec }: Service): void {
  if (spec === undefined) return;
  spec.type ??= "ClusterIP";
  spec.sessionAffinity ??= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP") {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= 10_800;
  }
  for (const port of spec.ports ?? []) {
    port.protocol ??= "TCP";
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "")
      port.targetPort = port.port;
  }
  if (spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  const outside =
    spec.type === "NodePort" ||
    spec.type === "LoadBalancer" ||
    (spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
  if (outside) spec.externalTrafficPolicy ??= "Cluster";
  if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
}

export function defaultEndpointSlice(slice: EndpointSlice): void {
  for (const port of slice.ports ?? []) {
    port.name ??= "";
    port.protocol ??= "TCP";
  }
}

/** Texts of stringData win over what data says. */
export function defaultSecret(secret: Secret): void {
  secret.type ??= "Opaque";
  for (const [key, text] of Object.entries(secret.stringData ?? {})) {
    secret.data = { ...secret.data, [key]: Buffer.from(text).toString("base64") };
  }
  delete secret.stringData;
}

export function defaultNamespace(namespace: Namespace): void {
  namespace.metadata.labels = {
    ...namespace.metadata.labels,
    "kubernetes.io/metadata.name": namespace.metadata.name,
  };
}

export function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    if (item.type !== "Container") continue;
    const limits = { ...item.max, ...item.default };
    const requests = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

export function defaultPriorityClass(priority: PriorityClass): void {
  priority.preemptionPolicy ??= "PreemptLowerPriority";
}

const RBAC_GROUP = "rbac.authorization.k8s.io";

export function defaultBinding(object: KubernetesObject): void {
  const binding = object as KubernetesObject & { roleRef?: Fields; subjects?: Fields[] };
  if (binding.roleRef !== undefined) binding.roleRef.apiGroup ??= RBAC_GROUP;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ??= RBAC_GROUP;
  }
}

export function defaultNetworkPolicy(object: KubernetesObject): void {
  const { spec } = object as KubernetesObject & {
    spec?: { policyTypes?: string[]; ingress?: { ports?: Fields[] }[]; egress?: { ports?: Fields[] }[] };
  };
  if (spec === undefined) return;
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ??= "TCP";
  }
  if ((spec.policyTypes ?? []).length === 0) {
    spec.policyTypes = (spec.egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  }
}

export function defaultCustomResourceDefinition(object: KubernetesObject): void {
  const { spec } = object as KubernetesObject & {
    spec?: { names?: { kind?: string; singular?: string; listKind?: string }; conversion?: Fields };
  };
  if (spec === undefined) return;
  if (spec.names?.kind !== undefined) {
    spec.names.singular ??= spec.names.kind.toLowerCase();
    spec.names.listKind ??= `${spec.names.kind}List`;
  }
  spec.conversion ??= { strategy: "None" };
}

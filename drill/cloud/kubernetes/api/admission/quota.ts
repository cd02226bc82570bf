import type { Objects } from "../objects";
import { forbidden } from "../status";
import type { KubernetesObject } from "../types/meta";
import type { Service } from "../types/network";
import type { Pod } from "../types/pod";
import type { ResourceQuota } from "../types/store";
import { effective } from "../values/pod-resources";
import { formatQuantity, quantity } from "../values/quantity";

const NANO = 1_000_000_000n;
const COMPUTE = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/;

/** Refuses what does not fit into the namespace's quotas any more. */
export function checkQuota(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  server: Objects,
): void {
  const { namespace, name } = object.metadata;
  if (namespace === undefined || object.kind === "ResourceQuota") return;
  const kind = server.kinds.find(object.apiVersion, object.kind);
  for (const quota of server.list<ResourceQuota>("v1", "ResourceQuota", namespace)) {
    if (!inScope(object, quota)) continue;
    const hard = quota.spec.hard ?? {};
    const names = Object.keys(hard)
      .filter((each) => concerns(each, object, server))
      .sort();
    if (names.length === 0) continue;
    const missing = object.kind === "Pod" && live === undefined ? unspecified(object as Pod, names) : "";
    if (missing !== "")
      throw forbidden(
        kind?.plural ?? "",
        kind?.group ?? "",
        name,
        `failed quota: ${quota.metadata.name}: must specify ${missing}`,
      );
    const used = usageOf(quota, server, object.metadata.uid);
    const asked = new Map(names.map((each) => [each, measure(each, object, server)]));
    const before = new Map(
      names.map((each) => [each, live === undefined ? 0n : measure(each, live, server)]),
    );
    const over = names.filter((each) => {
      const more = (asked.get(each) ?? 0n) - (before.get(each) ?? 0n);
      return more > 0n && (used.get(each) ?? 0n) + (asked.get(each) ?? 0n) > quantity(hard[each] ?? 0);
    });
    if (over.length === 0) continue;
    const list = (value: (name: string) => bigint): string =>
      over.map((each) => `${each}=${shown(each, value(each))}`).join(",");
    const why = `exceeded quota: ${quota.metadata.name}, requested: ${list((each) => (asked.get(each) ?? 0n) - (before.get(each) ?? 0n))}, used: ${list((each) => (used.get(each) ?? 0n) + (before.get(each) ?? 0n))}, limited: ${list((each) => quantity(hard[each] ?? 0))}`;
    throw forbidden(kind?.plural ?? "", kind?.group ?? "", name, why);
  }
}

/** What the objects of the namespace use of a quota, without the one of that uid. */
export function usageOf(quota: ResourceQuota, server: Objects, except?: string): Map<string, bigint> {
  const sums = new Map(Object.keys(quota.spec.hard ?? {}).map((name) => [name, 0n]));
  for (const object of server.all()) {
    if (object.metadata.namespace !== quota.metadata.namespace || object.metadata.uid === except) continue;
    if (!inScope(object, quota)) continue;
    for (const name of sums.keys()) sums.set(name, (sums.get(name) ?? 0n) + measure(name, object, server));
  }
  return sums;
}

/** A quantity as a quota shows it: memory in binary units. */
export function shown(name: string, nano: bigint): string {
  return formatQuantity(nano, /memory|storage/.test(name));
}

function concerns(name: string, object: KubernetesObject, server: Objects): boolean {
  if (object.kind === "Pod") return name === "pods" || name === "count/pods" || COMPUTE.test(name);
  if (object.kind === "Service")
    return name === "services" || name.startsWith("services.") || name === "count/services";
  const kind = server.kinds.find(object.apiVersion, object.kind);
  const plural = kind?.plural ?? "";
  return name === plural || name === (kind?.group ? `count/${plural}.${kind.group}` : `count/${plural}`);
}

function measure(name: string, object: KubernetesObject, server: Objects): bigint {
  if (!concerns(name, object, server) || isOver(object)) return 0n;
  const compute = COMPUTE.exec(name);
  if (compute !== null)
    return quantity(
      effective((object as Pod).spec, compute[1] === "limits" ? "limits" : "requests")[compute[2] ?? ""] ?? 0,
    );
  if (object.kind === "Service") {
    const { spec } = object as Service;
    if (name === "services.loadbalancers") return spec?.type === "LoadBalancer" ? NANO : 0n;
    if (name === "services.nodeports") {
      const uses =
        spec?.type === "NodePort" ||
        (spec?.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
      return uses ? NANO * BigInt((spec?.ports ?? []).length) : 0n;
    }
  }
  return NANO;
}

function isOver(object: KubernetesObject): boolean {
  const phase = object.kind === "Pod" ? (object as Pod).status?.phase : undefined;
  return phase === "Succeeded" || phase === "Failed";
}

/** `limits.memory for: app,proxy; requests.cpu for: app` */
function unspecified(pod: Pod, names: readonly string[]): string {
  return names
    .flatMap((name) => {
      const compute = COMPUTE.exec(name);
      if (compute === null) return [];
      const side = compute[1] === "limits" ? "limits" : "requests";
      const without = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
        .filter(({ resources }) => resources?.[side]?.[compute[2] ?? ""] === undefined)
        .map((each) => each.name);
      return without.length === 0 ? [] : [`${name} for: ${without.sort().join(",")}`];
    })
    .join("; ");
}

function inScope(object: KubernetesObject, { spec }: ResourceQuota): boolean {
  const selected = (spec.scopeSelector?.matchExpressions ?? []).map(({ scopeName, operator, values }) => ({
    scopeName,
    operator,
    values,
  }));
  const scopes = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists", values: undefined })),
    ...selected,
  ];
  if (scopes.length === 0) return true;
  if (object.kind !== "Pod") return false;
  const pod = object as Pod;
  return scopes.every(({ scopeName, operator, values = [] }) => {
    switch (scopeName) {
      case "Terminating":
        return pod.spec.activeDeadlineSeconds !== undefined;
      case "NotTerminating":
        return pod.spec.activeDeadlineSeconds === undefined;
      case "BestEffort":
        return isBestEffort(pod);
      case "NotBestEffort":
        return !isBestEffort(pod);
      case "PriorityClass": {
        const name = pod.spec.priorityClassName ?? "";
        if (operator === "In") return values.includes(name);
        if (operator === "NotIn") return !values.includes(name);
        return (name !== "") === (operator === "Exists");
      }
      default:
        return pod.spec.affinity !== undefined;
    }
  });
}

function isBestEffort(pod: Pod): boolean {
  return [pod.spec, ...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].every(
    ({ resources }) => Object.keys({ ...resources?.limits, ...resources?.requests }).length === 0,
  );
}

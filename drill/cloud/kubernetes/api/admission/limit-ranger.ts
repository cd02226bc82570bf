import type { Objects } from "../objects";
import { forbidden } from "../status";
import type { KubernetesObject } from "../types/meta";
import type { Container, Pod, ResourceList } from "../types/pod";
import type { LimitRange, LimitRangeItem } from "../types/store";
import { effective } from "../values/pod-resources";
import { canonicalQuantity, quantity } from "../values/quantity";

const ANNOTATION = "kubernetes.io/limit-ranger";

/** Gives containers the requests and limits that their namespace sets for those that name none. */
export function fillLimits(object: KubernetesObject, server: Objects): void {
  const pod = object as Pod;
  const notes: string[] = [];
  for (const { spec } of rangesOf(pod, server)) {
    const item = spec.limits.find(({ type }) => type === "Container");
    if (item === undefined || pod.spec === undefined) continue;
    for (const container of [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]) {
      const kind = (pod.spec.initContainers ?? []).includes(container) ? "init container" : "container";
      container.resources = { ...container.resources };
      for (const [side, defaults] of [
        ["requests", item.defaultRequest],
        ["limits", item.default],
      ] as const) {
        const given = container.resources[side] ?? {};
        const missing = Object.entries(defaults ?? {}).filter(([name]) => given[name] === undefined);
        if (missing.length === 0) continue;
        container.resources[side] = { ...given, ...Object.fromEntries(missing) };
        notes.push(
          `${missing
            .map(([name]) => name)
            .sort()
            .join(", ")} ${side.slice(0, -1)} for ${kind} ${container.name}`,
        );
      }
    }
  }
  if (notes.length > 0) {
    pod.metadata.annotations = {
      ...pod.metadata.annotations,
      [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}`,
    };
  }
}

export function checkLimits(object: KubernetesObject, server: Objects): void {
  const pod = object as Pod;
  const found: string[] = [];
  for (const { spec } of rangesOf(pod, server)) {
    for (const item of spec.limits) {
      if (item.type === "Container")
        for (const each of containersOf(pod))
          judge(item, each.resources?.requests ?? {}, each.resources?.limits ?? {}, found);
      if (item.type === "Pod")
        judge(item, effective(pod.spec, "requests"), effective(pod.spec, "limits"), found);
    }
  }
  if (found.length === 0) return;
  throw forbidden(
    "pods",
    "",
    pod.metadata.name,
    found.length === 1 ? (found[0] ?? "") : `[${found.join(", ")}]`,
  );
}

function judge(
  { type, min = {}, max = {}, maxLimitRequestRatio = {} }: LimitRangeItem,
  requests: ResourceList,
  limits: ResourceList,
  found: string[],
): void {
  for (const [name, value] of sorted(min)) {
    const [request, limit] = [requests[name], limits[name]];
    const say = (why: string): void =>
      void found.push(`minimum ${name} usage per ${type} is ${canonicalQuantity(value)}${why}`);
    if (request === undefined) say(".  No request is specified");
    else if (quantity(request) < quantity(value)) say(`, but request is ${canonicalQuantity(request)}`);
    if (limit !== undefined && quantity(limit) < quantity(value))
      say(`, but limit is ${canonicalQuantity(limit)}`);
  }
  for (const [name, value] of sorted(max)) {
    const [request, limit] = [requests[name], limits[name]];
    const say = (why: string): void =>
      void found.push(`maximum ${name} usage per ${type} is ${canonicalQuantity(value)}${why}`);
    if (limit === undefined) say(".  No limit is specified");
    else if (quantity(limit) > quantity(value)) say(`, but limit is ${canonicalQuantity(limit)}`);
    if (request !== undefined && quantity(request) > quantity(value))
      say(`, but request is ${canonicalQuantity(request)}`);
  }
  for (const [name, value] of sorted(maxLimitRequestRatio)) {
    const [request, limit] = [quantity(requests[name] ?? 0), quantity(limits[name] ?? 0)];
    const say = (why: string): void =>
      void found.push(
        `${name} max limit to request ratio per ${type} is ${canonicalQuantity(value)}, but ${why}`,
      );
    if (request === 0n) say("no request is specified or request is 0");
    else if (limit === 0n) say("no limit is specified or limit is 0");
    else if (limit * 1_000_000_000n > quantity(value) * request)
      say(`provided ratio is ${(Number(limit) / Number(request)).toFixed(6)}`);
  }
}

function containersOf(pod: Pod): Container[] {
  return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
}

function rangesOf(pod: Pod, server: Objects): LimitRange[] {
  return server.list<LimitRange>("v1", "LimitRange", pod.metadata.namespace);
}

function sorted(list: Readonly<Record<string, string | number>>): [string, string | number][] {
  return Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1));
}

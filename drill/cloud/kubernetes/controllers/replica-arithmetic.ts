import type { IntOrString } from "../api/types/pod";
import type { Deployment, ReplicaSet } from "../api/types/workloads";

/** `25%` of a total, or the number itself. */
export function resolve(
  value: IntOrString | undefined,
  total: number,
  round: (value: number) => number,
): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  const percent = Number(/^(\d+)%$/.exec(value)?.[1] ?? 0);
  return round((percent * total) / 100);
}

/** How many pods more than wanted, and how many fewer, a rolling update may have. Never both zero. */
export function bounds({ spec }: Deployment): { readonly surge: number; readonly unavailable: number } {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === "Recreate") return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicas, Math.ceil);
  const unavailable = resolve(maxUnavailable, replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

export function maxUnavailable(deployment: Deployment): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === "Recreate" || replicas === 0) return 0;
  return Math.min(bounds(deployment).unavailable, replicas);
}

export function wanted(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
}

export function counted(
  sets: readonly ReplicaSet[],
  field: "replicas" | "readyReplicas" | "availableReplicas",
): number {
  return sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);
}

/** How large the new set may be now. */
export function newSize(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === "Recreate") return replicas;
  const room = replicas + bounds(deployment).surge - wanted(sets);
  if (room <= 0) return current;
  return current + Math.min(room, replicas - current);
}

/** How many pods each old set gives up now: first those that are not healthy, then as many as availability allows. */
export function oldSizes(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): Map<ReplicaSet, number> {
  const sizes = new Map(old.map((set) => [set, set.spec.replicas ?? 0]));
  const sets = [...old, current];
  const least = (deployment.spec.replicas ?? 1) - maxUnavailable(deployment);
  const newUnavailable = (current.spec.replicas ?? 0) - (current.status?.availableReplicas ?? 0);
  let spare = wanted(sets) - least - newUnavailable;
  if (spare <= 0) return sizes;
  for (const set of old) {
    const unhealthy = (set.spec.replicas ?? 0) - (set.status?.availableReplicas ?? 0);
    const taken = Math.max(0, Math.min(spare, unhealthy));
    sizes.set(set, (sizes.get(set) ?? 0) - taken);
    spare -= taken;
  }
  let removable = counted(sets, "availableReplicas") - least;
  for (const set of old) {
    if (removable <= 0) break;
    const size = sizes.get(set) ?? 0;
    const taken = Math.min(size, removable);
    sizes.set(set, size - taken);
    removable -= taken;
  }
  return sizes;
}

/** Spreads a change of size in the middle of a rollout over the sets, in proportion to what they have. */
export function proportionalSizes(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): Map<ReplicaSet, number> {
  const replicas = deployment.spec.replicas ?? 1;
  const allowed = replicas > 0 ? replicas + bounds(deployment).surge : 0;
  const total = wanted(sets);
  let rest = allowed - total;
  const sizes = new Map(sets.map((set) => [set, set.spec.replicas ?? 0]));
  for (const set of [...sets].sort((a, b) => (b.spec.replicas ?? 0) - (a.spec.replicas ?? 0))) {
    const size = set.spec.replicas ?? 0;
    if (rest === 0 || total === 0) break;
    const share = Math.round((size * allowed) / total) - size;
    const change = rest > 0 ? Math.min(Math.max(share, 0), rest) : Math.max(Math.min(share, 0), rest);
    sizes.set(set, Math.max(0, size + change));
    rest -= change;
  }
  const first = [...sizes.keys()][0];
  if (first !== undefined && rest !== 0) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + rest));
  return sizes;
}

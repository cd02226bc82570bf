import type { Condition } from "../api/types/meta";

/**
 * The list with this condition in it. One that says the same (status and reason) stays untouched; one of the same
 * status keeps the time of its last transition.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Condition,
  now: string,
): Condition[] {
  const list = conditions ?? [];
  const current = list.find(({ type }) => type === next.type);
  if (current !== undefined && current.status === next.status && current.reason === next.reason)
    return [...list];
  const lastTransitionTime =
    current !== undefined && current.status === next.status ? (current.lastTransitionTime ?? now) : now;
  return [...list.filter(({ type }) => type !== next.type), { ...next, lastTransitionTime }];
}

export function withoutCondition(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return (conditions ?? []).find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === "True";
}

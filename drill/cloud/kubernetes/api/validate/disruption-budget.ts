import type { PodDisruptionBudget } from "../types/workloads";
import { checkAtMostAll, checkIntOrPercent } from "./deployment";
import { checkSelector } from "./metadata";
import type { Problems } from "./problems";

export function checkDisruptionBudget({ spec }: PodDisruptionBudget, problems: Problems): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
    };
    problems.invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue;
    checkIntOrPercent(`spec.${name}`, value, problems);
    checkAtMostAll(`spec.${name}`, value, problems);
  }
  checkSelector(selector, "spec.selector", problems);
  problems.oneOfIfGiven("spec.unhealthyPodEvictionPolicy", unhealthyPodEvictionPolicy, [
    "AlwaysAllow",
    "IfHealthyBudget",
  ]);
}

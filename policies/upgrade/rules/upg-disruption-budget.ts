import type { PolicyResource } from "@pulumi/policy";
import { type Properties, stackRule } from "../../frame/rule";
import { deployments, replicasOf, roleOf } from "../relations";

const BUDGET = /^kubernetes:policy\/v1(beta1)?:PodDisruptionBudget(Patch)?$/;

/** Whether the budget's labels select the workload's Pods. */
function covers(budget: PolicyResource, workload: PolicyResource): boolean {
  const wanted = budget.props.spec?.selector?.matchLabels as Properties | undefined;
  const labels = workload.props.spec?.template?.metadata?.labels as Properties | undefined;
  if (wanted === undefined || labels === undefined) return false;
  if (budget.props.metadata?.namespace !== workload.props.metadata?.namespace) return false;
  const keys = Object.keys(wanted);
  return keys.length > 0 && keys.every((key) => wanted[key] === labels[key]);
}

const amount = (value: unknown, replicas: number): number =>
  typeof value === "string" && value.endsWith("%")
    ? Math.ceil((Number(value.slice(0, -1)) / 100) * replicas)
    : Number(value);

/** Pods that may be taken away at once. */
function allowed(budget: PolicyResource, replicas: number): number {
  const { maxUnavailable, minAvailable } = budget.props.spec ?? {};
  if (maxUnavailable !== undefined) return amount(maxUnavailable, replicas);
  return minAvailable === undefined ? 0 : replicas - amount(minAvailable, replicas);
}

export const upgDisruptionBudget = stackRule({
  name: "upg-disruption-budget",
  title: "Nodes can be emptied at any time, and a service keeps a Pod through it.",
  severity: "medium",
  level: "mandatory",
  controls: [{ framework: "NSA Kubernetes", id: "resilience" }],
  remediation: "Give each service with several Pods a PodDisruptionBudget with maxUnavailable 1.",
  check(resources, findings) {
    const budgets = resources.filter(({ type }) => BUDGET.test(type));
    findings.each(deployments(resources), (one) => {
      const replicas = replicasOf(one);
      if (roleOf(one) !== "service" || replicas < 2) return;
      const budget = budgets.find((candidate) => covers(candidate, one));
      if (budget === undefined)
        return findings.blame(one, `${replicas} Pods serve, and all may be taken away at once.`);
      const free = allowed(budget, replicas);
      if (free < 1)
        findings.blame(budget, "No Pod may ever be taken away, so no node can be emptied.", "spec");
      if (free >= replicas) findings.blame(budget, `All ${replicas} Pods may be taken away at once.`, "spec");
    });
  },
});

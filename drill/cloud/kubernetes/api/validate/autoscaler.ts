import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget, ScalingRules } from "../types/workloads";
import { quantity } from "../values/quantity";
import { dnsLabel, pathSegment, qualifiedName } from "./formats";
import type { Problems } from "./problems";
import { checkContainerResource } from "./resources";

/** In the order in which the server looks for them. */
const SOURCES = {
  Object: "object",
  External: "external",
  Pods: "pods",
  Resource: "resource",
  ContainerResource: "containerResource",
} as const;

export function checkAutoscaler({ spec }: HorizontalPodAutoscaler, problems: Problems): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics = [], behavior } = spec ?? {};
  if (minReplicas !== undefined && minReplicas < 1)
    problems.invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1");
  if (maxReplicas < 1) problems.invalid("spec.maxReplicas", maxReplicas, "must be greater than 0");
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    problems.invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`");
  }
  checkTargetVersion(scaleTargetRef, problems);
  for (const name of ["kind", "name"] as const) {
    const value = scaleTargetRef?.[name];
    if (!value) problems.required(`spec.scaleTargetRef.${name}`);
    else problems.texts(`spec.scaleTargetRef.${name}`, value, pathSegment(value));
  }
  for (const [index, metric] of metrics.entries()) checkMetric(`spec.metrics[${index}]`, metric, problems);
  for (const name of ["scaleUp", "scaleDown"] as const) {
    const rules = behavior?.[name];
    if (rules !== undefined) checkRules(`spec.behavior.${name}`, rules, problems);
  }
}

/** What is scaled belongs to a group; the one exception is the old ReplicationController. */
function checkTargetVersion(
  reference: { apiVersion?: string; kind?: string } | undefined,
  problems: Problems,
): void {
  const { apiVersion = "", kind } = reference ?? {};
  const at = "spec.scaleTargetRef.apiVersion";
  const parts = apiVersion.split("/");
  if (parts.length > 2) problems.invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else if ((parts.length < 2 || parts[0] === "") && kind !== "ReplicationController")
    problems.invalid(at, apiVersion, "apiVersion must specify API group");
}

function checkMetric(at: string, metric: MetricSpec, problems: Problems): void {
  if (!metric.type) problems.required(`${at}.type`, "must specify a metric source type");
  const present = Object.values(SOURCES).filter((source) => metric[source] !== undefined);
  if (present.length > 0) checkSource(at, metric, present, problems);
  const expected = SOURCES[metric.type as keyof typeof SOURCES] as (typeof present)[number] | undefined;
  if (expected === undefined) {
    problems.unsupported(`${at}.type`, metric.type ?? "", Object.keys(SOURCES).sort());
  } else if (metric[expected] === undefined) {
    problems.required(`${at}.${expected}`, "must populate information for the given metric source");
  }
  if (present.length <= 1) return;
  for (const source of present) {
    if (source !== expected)
      problems.forbidden(`${at}.${source}`, "must populate the given metric source only");
  }
}

function checkSource(at: string, metric: MetricSpec, present: readonly string[], problems: Problems): void {
  const { resource, containerResource, pods, object, external } = metric;
  // Only the first of several is looked into.
  switch (present.find((source) => metric[source as "pods"] !== undefined)) {
    case "resource":
    case "containerResource": {
      const name = resource === undefined ? "containerResource" : "resource";
      const source = resource ?? containerResource;
      if (!source?.name) problems.required(`${at}.${name}.name`, "must specify a resource name");
      if (resource === undefined) checkContainerSource(`${at}.${name}`, containerResource, problems);
      checkUtilisation(`${at}.${name}.target`, source?.target ?? {}, problems);
      return;
    }
    case "pods":
      checkName(`${at}.pods`, pods?.metric, problems);
      checkTarget(`${at}.pods.target`, pods?.target ?? {}, problems);
      if (pods?.target?.averageValue === undefined) {
        problems.required(`${at}.pods.target.averageValue`, "must specify a positive target averageValue");
      }
      return;
    case "object":
      checkName(`${at}.object`, object?.metric, problems);
      for (const name of ["kind", "name"] as const) {
        const value = object?.describedObject?.[name];
        if (!value) problems.required(`${at}.object.describedObject.${name}`);
        else problems.texts(`${at}.object.describedObject.${name}`, value, pathSegment(value));
      }
      checkTarget(`${at}.object.target`, object?.target ?? {}, problems);
      checkEither(`${at}.object.target`, object?.target ?? {}, problems);
      return;
    default:
      checkName(`${at}.external`, external?.metric, problems);
      checkTarget(`${at}.external.target`, external?.target ?? {}, problems);
      checkEither(`${at}.external.target`, external?.target ?? {}, problems);
      if (external?.target?.value !== undefined && external.target.averageValue !== undefined)
        problems.forbidden(
          `${at}.external.target.value`,
          "may not set both a target value for metric and a per-pod target",
        );
  }
}

function checkContainerSource(
  at: string,
  { name, container }: Partial<NonNullable<MetricSpec["containerResource"]>> = {},
  problems: Problems,
): void {
  if (name) {
    const wrong = qualifiedName(name);
    problems.texts(`${at}.name`, name, wrong);
    if (wrong.length === 0) checkContainerResource(`${at}.name`, name, problems);
  }
  if (!container) problems.required(`${at}.container`, "must specify a container");
  else problems.texts(`${at}.container`, container, dnsLabel(container));
}

function checkName(at: string, metric: { name?: string } | undefined, problems: Problems): void {
  if (!metric?.name) problems.required(`${at}.metric.name`, "must specify a metric name");
  else problems.texts(`${at}.metric.name`, metric.name, pathSegment(metric.name));
}

function checkTarget(at: string, target: MetricTarget, problems: Problems): void {
  const { type, value, averageValue, averageUtilization } = target;
  if (!type) problems.required(`${at}.type`, "must specify a metric target type");
  if (!["AverageValue", "Utilization", "Value"].includes(type ?? ""))
    problems.invalid(`${at}.type`, type ?? "", "must be either Utilization, Value, or AverageValue");
  if (value !== undefined && quantity(value) <= 0n)
    problems.invalid(`${at}.value`, value, "must be positive");
  if (averageValue !== undefined && quantity(averageValue) <= 0n)
    problems.invalid(`${at}.averageValue`, averageValue, "must be positive");
  if (averageUtilization !== undefined && averageUtilization < 1) {
    problems.invalid(`${at}.averageUtilization`, averageUtilization, "must be greater than 0");
  }
}

function checkUtilisation(at: string, target: MetricTarget, problems: Problems): void {
  checkTarget(at, target, problems);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    problems.required(
      `${at}.averageUtilization`,
      "must set either a target raw value or a target utilization",
    );
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    problems.forbidden(`${at}.averageValue`, "may not set both a target raw value and a target utilization");
  }
}

function checkEither(at: string, { value, averageValue }: MetricTarget, problems: Problems): void {
  if (value === undefined && averageValue === undefined) {
    problems.required(`${at}.averageValue`, "must set either a target value or averageValue");
  }
}

function checkRules(
  at: string,
  { stabilizationWindowSeconds: window, selectPolicy, policies = [] }: ScalingRules,
  problems: Problems,
): void {
  if (window !== undefined && window < 0)
    problems.invalid(`${at}.stabilizationWindowSeconds`, window, "must be greater than or equal to zero");
  if (window !== undefined && window > 3600)
    problems.invalid(`${at}.stabilizationWindowSeconds`, window, "must be less than or equal to 3600");
  problems.oneOfIfGiven(`${at}.selectPolicy`, selectPolicy, ["Disabled", "Max", "Min"]);
  if (policies.length === 0) problems.required(`${at}.policies`, "must specify at least one Policy");
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const here = `${at}.policies[${index}]`;
    if (type !== "Pods" && type !== "Percent")
      problems.unsupported(`${here}.type`, type ?? "", ["Percent", "Pods"]);
    if ((value ?? 0) <= 0) problems.invalid(`${here}.value`, value ?? 0, "must be greater than zero");
    if ((periodSeconds ?? 0) <= 0)
      problems.invalid(`${here}.periodSeconds`, periodSeconds ?? 0, "must be greater than zero");
    if ((periodSeconds ?? 0) > 1800)
      problems.invalid(`${here}.periodSeconds`, periodSeconds, "must be less than or equal to 1800");
  }
}

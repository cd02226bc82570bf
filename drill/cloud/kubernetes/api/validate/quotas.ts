import type { LimitRange, LimitRangeItem, PriorityClass, ResourceQuota } from "../types/store";
import { same } from "../values/json";
import { canonicalQuantity, quantity } from "../values/quantity";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";
import { checkQuantity, isStandardResource } from "./resources";

const QUOTA_RESOURCES = new Set([
  ...["cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage"],
  ...["requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods"],
  ...[
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
  ],
  ...["services.nodeports", "services.loadbalancers"],
]);
const SCOPES = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
];
const ONE_OF = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
];

export function checkResourceQuota(
  { spec }: ResourceQuota,
  live: ResourceQuota | undefined,
  problems: Problems,
): void {
  const { hard = {}, scopes = [], scopeSelector } = spec ?? {};
  for (const [name, value] of Object.entries(hard)) {
    const at = `spec.hard[${name}]`;
    problems.texts(at, name, qualifiedName(name));
    if (!name.includes("/") && !QUOTA_RESOURCES.has(name) && !/^(?:requests\.)?hugepages-/.test(name)) {
      problems.invalid(at, name, "must be a standard resource for quota");
    }
    checkQuantity(at, name, value, problems);
  }
  for (const scope of scopes)
    if (!SCOPES.includes(scope)) problems.invalid("spec.scopes", scopes, "unsupported scope");
  checkScopesFit("spec.scopes", scopes, Object.keys(hard), problems);
  for (const pair of ONE_OF)
    if (pair.every((scope) => scopes.includes(scope)))
      problems.invalid("spec.scopes", scopes, "conflicting scopes");
  for (const [index, { scopeName, operator, values = [] }] of (
    scopeSelector?.matchExpressions ?? []
  ).entries()) {
    const at = `spec.scopeSelector.matchExpressions[${index}]`;
    if (!SCOPES.includes(scopeName)) problems.invalid(`${at}.scopeName`, scopeName, "unsupported scope");
    if (["In", "NotIn"].includes(operator)) {
      if (values.length === 0)
        problems.required(
          `${at}.values`,
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        );
    } else if (["Exists", "DoesNotExist"].includes(operator)) {
      if (values.length > 0)
        problems.invalid(
          `${at}.values`,
          values,
          "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector",
        );
    } else problems.invalid(`${at}.operator`, operator, "not a valid selector operator");
    if (scopeName !== "PriorityClass" && SCOPES.includes(scopeName) && operator !== "Exists")
      problems.invalid(
        `${at}.operator`,
        operator,
        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      );
  }
  if (live !== undefined && !same([...scopes].sort(), [...(live.spec.scopes ?? [])].sort())) {
    problems.invalid("spec.scopes", scopes, "field is immutable");
  }
}

/** What a scope can count: pods alone, or pods and what they compute with. */
function checkScopesFit(
  at: string,
  scopes: readonly string[],
  names: readonly string[],
  problems: Problems,
): void {
  const computing = /^((requests|limits)\.)?(cpu|memory|ephemeral-storage)$|^pods$/;
  for (const scope of scopes) {
    const fits =
      scope === "BestEffort"
        ? (name: string): boolean => name === "pods"
        : (name: string): boolean => computing.test(name) || /^(requests\.)?hugepages-/.test(name);
    for (const name of names)
      if (QUOTA_RESOURCES.has(name) && SCOPES.includes(scope) && !fits(name))
        problems.invalid(at, scopes, "unsupported scope applied to resource");
  }
}

export function checkLimitRange({ spec }: LimitRange, problems: Problems): void {
  const types = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const at = `spec.limits[${index}]`;
    if (!item.type) problems.required(`${at}.type`);
    else if (types.has(item.type)) problems.duplicate(`${at}.type`, item.type);
    types.add(item.type);
    checkLimitType(`${at}.type`, item.type ?? "", problems);
    if (item.type === "Pod") {
      for (const name of ["default", "defaultRequest"] as const) {
        if (Object.keys(item[name] ?? {}).length > 0)
          problems.forbidden(`${at}.${name}`, "may not be specified when `type` is 'Pod'");
      }
    }
    if (
      item.type === "PersistentVolumeClaim" &&
      item.min?.storage === undefined &&
      item.max?.storage === undefined
    ) {
      problems.required(
        `${at}.limits`,
        "either minimum or maximum storage value is required, but neither was provided",
      );
    }
    checkLimits(at, item, problems);
  }
}

const LIMITED = ["Pod", "Container", "PersistentVolumeClaim"];

function checkLimitType(at: string, type: string, problems: Problems): void {
  if (type === "") return;
  const wrong = qualifiedName(type);
  problems.texts(at, type, wrong);
  if (wrong.length === 0 && !type.includes("/") && !LIMITED.includes(type))
    problems.invalid(at, type, "must be a standard limit type or fully qualified");
}

function checkLimits(at: string, item: LimitRangeItem, problems: Problems): void {
  const {
    min = {},
    max = {},
    default: limits = {},
    defaultRequest: requests = {},
    maxLimitRequestRatio: ratios = {},
  } = item;
  const names = new Set([min, max, limits, requests, ratios].flatMap((list) => Object.keys(list)));
  for (const name of names) {
    if (item.type === "Container" && !name.includes("/") && !isStandardResource(name)) {
      problems.invalid(`${at}.max[${name}]`, name, "must be a standard resource for containers");
    }
    const above = (low: string | number | undefined, high: string | number | undefined): boolean =>
      low !== undefined && high !== undefined && quantity(low) > quantity(high);
    const say = (field: string, value: string | number | undefined, text: string): void =>
      problems.invalid(`${at}.${field}[${name}]`, canonicalQuantity(value ?? ""), text);
    const text = (value: string | number | undefined): string => canonicalQuantity(value ?? "");
    const [low, high, limit, request] = [min[name], max[name], limits[name], requests[name]];
    if (above(low, high)) say("min", low, `min value ${text(low)} is greater than max value ${text(high)}`);
    if (above(low, request))
      say(
        "defaultRequest",
        request,
        `min value ${text(low)} is greater than default request value ${text(request)}`,
      );
    if (above(request, high))
      say(
        "defaultRequest",
        request,
        `default request value ${text(request)} is greater than max value ${text(high)}`,
      );
    if (above(request, limit))
      say(
        "defaultRequest",
        request,
        `default request value ${text(request)} is greater than default limit value ${text(limit)}`,
      );
    if (above(low, limit))
      say("default", low, `min value ${text(low)} is greater than default value ${text(limit)}`);
    if (above(limit, high))
      say("default", high, `default value ${text(limit)} is greater than max value ${text(high)}`);
    const ratio = ratios[name];
    if (ratio === undefined) continue;
    if (quantity(ratio) < quantity("1"))
      say("maxLimitRequestRatio", ratio, `ratio ${text(ratio)} is less than 1`);
    if (low === undefined || high === undefined) continue;
    const most = Number(quantity(high)) / Number(quantity(low));
    if (Number(quantity(ratio)) / 1e9 > most)
      say("maxLimitRequestRatio", ratio, `ratio ${text(ratio)} is greater than max/min = ${most.toFixed(6)}`);
  }
}

const HIGHEST_PRIORITY = 1_000_000_000;

export function checkPriorityClass(
  next: PriorityClass,
  live: PriorityClass | undefined,
  problems: Problems,
): void {
  const { name } = next.metadata;
  if (name.startsWith("system-")) {
    const why = `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
    problems.forbidden("metadata.name", why);
  } else if ((next.value ?? 0) > HIGHEST_PRIORITY) {
    problems.forbidden("value", `maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`);
  }
  problems.oneOfIfGiven("preemptionPolicy", next.preemptionPolicy, ["Never", "PreemptLowerPriority"]);
  if (live === undefined) return;
  if (next.value !== live.value) problems.forbidden("value", "may not be changed in an update.");
  if (next.preemptionPolicy !== live.preemptionPolicy)
    problems.invalid("preemptionPolicy", next.preemptionPolicy, "field is immutable");
}

import type { PriorityClass, ResourceQuota } from "../types/store";
import { same } from "../values/json";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";
import { checkQuantity } from "./resources";

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
  "VolumeAttributesClass",
];
const COMPUTING = /^((requests|limits)\.)?(cpu|memory)$|^pods$/;
const COUNTED_IN: Readonly<Record<string, RegExp | undefined>> = {
  BestEffort: /^pods$/,
  NotBestEffort: COMPUTING,
  Terminating: COMPUTING,
  NotTerminating: COMPUTING,
  PriorityClass: COMPUTING,
  CrossNamespacePodAffinity: COMPUTING,
  VolumeAttributesClass: /^(requests\.storage|persistentvolumeclaims)$/,
};
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
    if (!name.includes("/") && !isQuotaResource(name)) {
      problems.invalid(at, name, "must be a standard resource for quota");
    }
    checkQuantity(at, name, value, problems);
  }
  checkScopes("spec.scopes", scopes, scopes, Object.keys(hard), problems);
  if (scopeSelector !== undefined) checkScopeSelector(scopeSelector.matchExpressions ?? [], hard, problems);
  if (live !== undefined && !same([...scopes].sort(), [...(live.spec.scopes ?? [])].sort())) {
    problems.invalid("spec.scopes", scopes, "field is immutable");
  }
}

type ScopeTerm = NonNullable<NonNullable<ResourceQuota["spec"]["scopeSelector"]>["matchExpressions"]>[number];

/** The server does not say which of several terms is wrong. */
function checkScopeSelector(terms: readonly ScopeTerm[], hard: object, problems: Problems): void {
  const at = "spec.scopeSelector.matchExpressions";
  for (const { scopeName, operator, values = [] } of terms) {
    if (scopeName !== "PriorityClass" && SCOPES.includes(scopeName) && operator !== "Exists")
      problems.invalid(
        `${at}.operator`,
        operator,
        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      );
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
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        );
    } else problems.invalid(`${at}.operator`, operator, "not a valid selector operator");
  }
  const names = terms.map(({ scopeName }) => scopeName);
  checkScopes(at, names, undefined, Object.keys(hard), problems);
}

/** What a scope can count: pods alone, or pods and what they compute with. */
function checkScopes(
  at: string,
  scopes: readonly string[],
  shown: readonly string[] | undefined,
  names: readonly string[],
  problems: Problems,
): void {
  const wrong = (why: string): void =>
    shown === undefined ? problems.invalidStructure(at, why) : problems.invalid(at, shown, why);
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) {
      if (shown === undefined) problems.invalid(`${at}.scopeName`, scope, "unsupported scope");
      else wrong("unsupported scope");
    }
    const fits = COUNTED_IN[scope] ?? /^(?!)/;
    for (const name of names)
      if (isQuotaResource(name) && !fits.test(name)) wrong("unsupported scope applied to resource");
  }
  for (const pair of ONE_OF) if (pair.every((scope) => scopes.includes(scope))) wrong("conflicting scopes");
}

function isQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.has(name) || /^(?:requests\.)?hugepages-/.test(name);
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

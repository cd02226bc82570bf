import { type Fields, isFields, type LabelSelector } from "../types/meta";
import type { PodSpec, Toleration, TopologySpreadConstraint } from "../types/pod";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "./formats";
import { checkSelector } from "./metadata";
import type { Problems } from "./problems";

const UNSATISFIABLE = ["DoNotSchedule", "ScheduleAnyway"];

export function checkScheduling(field: string, spec: PodSpec, problems: Problems): void {
  for (const [index, toleration] of (spec.tolerations ?? []).entries()) {
    checkToleration(`${field}.tolerations[${index}]`, toleration, problems);
  }
  checkSpread(`${field}.topologySpreadConstraints`, spec.topologySpreadConstraints ?? [], problems);
  if (spec.affinity !== undefined) checkAffinity(`${field}.affinity`, spec.affinity, problems);
}

function checkToleration(at: string, toleration: Toleration, problems: Problems): void {
  const { key, operator, value, effect, tolerationSeconds } = toleration;
  if (key) problems.texts(`${at}.key`, key, qualifiedName(key));
  else if (operator !== "Exists") {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    problems.invalid(`${at}.operator`, operator ?? "", why);
  }
  if (tolerationSeconds !== undefined && effect !== "NoExecute") {
    problems.invalid(
      `${at}.effect`,
      effect ?? "",
      "effect must be 'NoExecute' when `tolerationSeconds` is set",
    );
  }
  switch (operator) {
    case "Equal":
    case "":
    case undefined: {
      const wrong = labelValue(value ?? "");
      if (wrong.length > 0) problems.invalid(`${at}.operator`, value, wrong.join(";"));
      break;
    }
    case "Exists":
      if (value) problems.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
      break;
    default:
      problems.unsupported(`${at}.operator`, operator, ["Equal", "Exists"]);
  }
  if (effect) problems.oneOf(`${at}.effect`, effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"]);
}

function checkSpread(
  field: string,
  constraints: readonly TopologySpreadConstraint[],
  problems: Problems,
): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${field}[${index}]`;
    const {
      maxSkew = 0,
      topologyKey,
      whenUnsatisfiable,
      minDomains,
      labelSelector,
      matchLabelKeys = [],
    } = constraint;
    if (maxSkew <= 0) problems.invalid(`${at}.maxSkew`, maxSkew, "must be greater than zero");
    if (!topologyKey) problems.required(`${at}.topologyKey`, "can not be empty");
    if (!UNSATISFIABLE.includes(whenUnsatisfiable)) {
      problems.unsupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? "", UNSATISFIABLE);
    }
    const again = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (again)
      problems.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    if (minDomains !== undefined) {
      if (minDomains <= 0) problems.invalid(`${at}.minDomains`, minDomains, "must be greater than zero");
      if (whenUnsatisfiable !== "DoNotSchedule") {
        const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        problems.invalid(`${at}.minDomains`, minDomains, why);
      }
    }
    problems.oneOfIfGiven(`${at}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, ["Honor", "Ignore"]);
    problems.oneOfIfGiven(`${at}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, ["Honor", "Ignore"]);
    checkMatchLabelKeys(`${at}.matchLabelKeys`, matchLabelKeys, labelSelector, problems);
    checkSelector(labelSelector, `${at}.labelSelector`, problems);
  }
}

function checkMatchLabelKeys(
  at: string,
  keys: readonly string[],
  selector: LabelSelector | undefined,
  problems: Problems,
): void {
  if (keys.length > 0 && selector === undefined) {
    problems.forbidden(at, "must not be specified when labelSelector is not set");
  }
  const selected = new Set([
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  for (const [index, key] of keys.entries()) {
    problems.texts(`${at}[${index}]`, key, qualifiedName(key));
    if (selected.has(key))
      problems.invalid(`${at}[${index}]`, key, "exists in both matchLabelKeys and labelSelector");
  }
}

function checkAffinity(at: string, affinity: Fields, problems: Problems): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (isFields(nodeAffinity)) checkNodeAffinity(`${at}.nodeAffinity`, nodeAffinity, problems);
  for (const [name, group] of Object.entries({ podAffinity, podAntiAffinity })) {
    if (!isFields(group)) continue;
    const required = listOf(group.requiredDuringSchedulingIgnoredDuringExecution);
    for (const [index, term] of required.entries()) {
      checkPodTerm(`${at}.${name}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, term, problems);
    }
    for (const [index, weighted] of listOf(group.preferredDuringSchedulingIgnoredDuringExecution).entries()) {
      const here = `${at}.${name}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      checkWeight(`${here}.weight`, weighted.weight, problems);
      if (isFields(weighted.podAffinityTerm))
        checkPodTerm(`${here}.podAffinityTerm`, weighted.podAffinityTerm, problems);
    }
  }
}

function checkPodTerm(at: string, term: Fields, problems: Problems): void {
  const topologyKey = String(term.topologyKey ?? "");
  if (topologyKey === "") problems.required(`${at}.topologyKey`, "can not be empty");
  problems.texts(`${at}.topologyKey`, topologyKey, qualifiedName(topologyKey));
  checkTermKeys(at, term, problems);
  const namespaces = Array.isArray(term.namespaces) ? term.namespaces.map(String) : [];
  for (const name of namespaces) problems.texts(`${at}.namespace`, name, dnsLabel(name));
  checkSelector(term.labelSelector as LabelSelector | undefined, `${at}.labelSelector`, problems);
  checkSelector(term.namespaceSelector as LabelSelector | undefined, `${at}.namespaceSelector`, problems);
}

/** Keys whose values the pods to look for share with this one, or do not. */
function checkTermKeys(at: string, term: Fields, problems: Problems): void {
  const [wanted, unwanted] = [term.matchLabelKeys, term.mismatchLabelKeys].map((keys) =>
    Array.isArray(keys) ? keys.map(String) : [],
  ) as [string[], string[]];
  for (const [name, keys] of Object.entries({ matchLabelKeys: wanted, mismatchLabelKeys: unwanted })) {
    if (keys.length === 0) continue;
    if (term.labelSelector === undefined)
      problems.forbidden(`${at}.${name}`, "must not be specified when labelSelector is not set");
    else
      for (const [index, key] of keys.entries())
        problems.texts(`${at}.${name}[${index}]`, key, qualifiedName(key));
  }
  for (const [index, key] of wanted.entries())
    if (unwanted.includes(key))
      problems.invalid(
        `${at}.matchLabelKeys[${index}]`,
        key,
        "exists in both matchLabelKeys and mismatchLabelKeys",
      );
}

function checkNodeAffinity(at: string, affinity: Fields, problems: Problems): void {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  if (isFields(required)) {
    const here = `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    const terms = listOf(required.nodeSelectorTerms);
    if (terms.length === 0) problems.required(here, "must have at least one node selector term");
    for (const [index, term] of terms.entries()) checkNodeTerm(`${here}[${index}]`, term, true, problems);
  }
  for (const [index, preferred] of listOf(
    affinity.preferredDuringSchedulingIgnoredDuringExecution,
  ).entries()) {
    const here = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    checkWeight(`${here}.weight`, preferred.weight, problems);
    if (isFields(preferred.preference))
      checkNodeTerm(`${here}.preference`, preferred.preference, false, problems);
  }
}

/** Values of what is merely preferred are not looked at. */
function checkNodeTerm(at: string, term: Fields, required: boolean, problems: Problems): void {
  for (const [index, { key, operator, values }] of listOf(term.matchExpressions).entries()) {
    const here = `${at}.matchExpressions[${index}]`;
    const count = Array.isArray(values) ? values.length : 0;
    if (operator === "In" || operator === "NotIn") {
      if (count === 0)
        problems.required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (count > 0)
        problems.forbidden(
          `${here}.values`,
          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        );
    } else if (operator === "Gt" || operator === "Lt") {
      if (count !== 1)
        problems.required(`${here}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else problems.invalid(`${here}.operator`, operator ?? "", "not a valid selector operator");
    problems.texts(`${here}.key`, String(key ?? ""), qualifiedName(String(key ?? "")));
    if (!required || !Array.isArray(values)) continue;
    for (const [position, value] of values.map(String).entries())
      problems.texts(`${here}.values[${position}]`, value, labelValue(value));
  }
  for (const [index, { key, operator, values }] of listOf(term.matchFields).entries())
    checkNodeField(`${at}.matchFields[${index}]`, { key, operator, values }, problems);
}

/** The one field of a node that a pod can ask for is its name. */
function checkNodeField(at: string, { key, operator, values }: Fields, problems: Problems): void {
  const given = Array.isArray(values) ? values.map(String) : [];
  if (operator !== "In" && operator !== "NotIn")
    problems.invalid(`${at}.operator`, operator ?? "", "not a valid selector operator");
  else if (given.length !== 1)
    problems.required(
      `${at}.values`,
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    );
  if (key !== "metadata.name") problems.invalid(`${at}.key`, key ?? "", "not a valid field selector key");
  else
    for (const [index, value] of given.entries())
      problems.texts(`${at}.values[${index}]`, value, dnsSubdomain(value));
}

function checkWeight(at: string, weight: unknown, problems: Problems): void {
  if (typeof weight !== "number" || weight < 1 || weight > 100)
    problems.invalid(at, weight ?? 0, "must be in the range 1-100");
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

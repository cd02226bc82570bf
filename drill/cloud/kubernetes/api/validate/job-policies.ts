import type { JobSpec, PodFailurePolicyRule } from "../types/workloads";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const STATUSES = ["False", "True", "Unknown"];
const MOST_SUCCESS_RULES = 20;
const MOST_PATTERNS = 20;

/** Which indexes are enough. */
export function checkSuccessPolicy(at: string, spec: JobSpec, problems: Problems): void {
  if (spec.completionMode !== "Indexed") {
    problems.invalidStructure(at, "requires indexed completion mode");
    return;
  }
  const rules =
    (spec.successPolicy as { rules?: { succeededIndexes?: string; succeededCount?: number }[] }).rules ?? [];
  if (rules.length === 0)
    problems.required(
      `${at}.rules`,
      "at least one rules must be specified when the successPolicy is specified",
    );
  if (rules.length > MOST_SUCCESS_RULES) problems.tooMany(`${at}.rules`, rules.length, MOST_SUCCESS_RULES);
  for (const [index, { succeededIndexes, succeededCount }] of rules.entries()) {
    const here = `${at}.rules[${index}]`;
    if (succeededIndexes === undefined && succeededCount === undefined)
      problems.required(here, "at least one of succeededCount or succeededIndexes must be specified");
    const wanted =
      succeededIndexes === undefined ? undefined : countIndexes(succeededIndexes, spec.completions ?? 0);
    if (typeof wanted === "string")
      problems.invalid(
        `${here}.succeededIndexes`,
        succeededIndexes,
        `error parsing succeededIndexes: ${wanted}`,
      );
    if (succeededCount === undefined) continue;
    problems.notNegative(`${here}.succeededCount`, succeededCount);
    const { completions } = spec;
    if (completions !== undefined && succeededCount > completions)
      problems.invalid(
        `${here}.succeededCount`,
        succeededCount,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      );
    if (typeof wanted === "number" && succeededCount > wanted)
      problems.invalid(
        `${here}.succeededCount`,
        succeededCount,
        `must be less than or equal to ${wanted} (the number of indexes in the specified succeededIndexes field)`,
      );
  }
}

/** How many indexes `1,3-5` names; a text when it is malformed. Indexes grow and lie below the completions. */
function countIndexes(text: string, completions: number): number | string {
  let count = 0;
  let last = -1;
  for (const part of text.split(",")) {
    const limits = part.split("-");
    if (limits.length > 2)
      return `the fragment "${part}" violates the requirement that an index interval can have at most two parts separated by '-'`;
    const [from = Number.NaN, to = from] = limits.map((limit) =>
      /^\d+$/.test(limit) ? Number(limit) : Number.NaN,
    );
    if (Number.isNaN(from) || Number.isNaN(to))
      return `cannot convert string to integer for index: "${limits.find((limit) => !/^\d+$/.test(limit)) ?? ""}"`;
    if (limits.length === 2 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`;
    if (from <= last) return `non-increasing order, previous: ${last}, current: ${from}`;
    if (to >= completions) return `too large index: "${to}"`;
    count += to - from + 1;
    last = to;
  }
  return count;
}

/** What a failed pod means for its Job. */
export function checkFailurePolicy(at: string, spec: JobSpec, problems: Problems): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > 20) problems.tooMany(`${at}.rules`, rules.length, 20);
  const { containers = [], initContainers = [] } = spec.template?.spec ?? { containers: [] };
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  for (const [index, rule] of rules.entries()) {
    const here = `${at}.rules[${index}]`;
    checkAction(`${here}.action`, rule, spec, problems);
    const { onExitCodes, onPodConditions = [] } = rule;
    if (onPodConditions.length > MOST_PATTERNS)
      problems.tooMany(`${here}.onPodConditions`, onPodConditions.length, MOST_PATTERNS);
    if (onExitCodes !== undefined) checkExitCodes(`${here}.onExitCodes`, onExitCodes, names, problems);
    for (const [position, { type, status }] of onPodConditions.entries()) {
      const where = `${here}.onPodConditions[${position}]`;
      problems.texts(`${where}.type`, type ?? "", qualifiedName(type ?? ""));
      if (!status) problems.required(`${where}.status`, `valid values: ${goList(STATUSES)}`);
      else problems.oneOf(`${where}.status`, status, STATUSES);
    }
    if (onExitCodes !== undefined && onPodConditions.length > 0) {
      problems.invalidOmitted(here, "specifying both OnExitCodes and OnPodConditions is not supported");
    }
    if (onExitCodes === undefined && onPodConditions.length === 0) {
      problems.invalidOmitted(here, "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }
}

function checkAction(at: string, { action }: PodFailurePolicyRule, spec: JobSpec, problems: Problems): void {
  if (!action) problems.required(at, `valid values: ${goList(ACTIONS)}`);
  else if (!ACTIONS.includes(action)) problems.unsupported(at, action, ACTIONS);
  if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined) {
    problems.invalid(at, action, "requires the backoffLimitPerIndex to be set");
  }
}

/** A list as Go shows it. */
function goList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;
}

function checkExitCodes(
  at: string,
  { containerName, operator, values = [] }: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
  names: ReadonlySet<string>,
  problems: Problems,
): void {
  if (!operator) problems.required(`${at}.operator`, `valid values: ${goList(["In", "NotIn"])}`);
  else problems.oneOf(`${at}.operator`, operator, ["In", "NotIn"]);
  if (containerName !== undefined && !names.has(containerName)) {
    problems.invalid(
      `${at}.containerName`,
      containerName,
      "must be one of the container or initContainer names in the pod template",
    );
  }
  if (values.length === 0) problems.invalid(`${at}.values`, values, "at least one value is required");
  if (values.length > 255) problems.tooMany(`${at}.values`, values.length, 255);
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (operator === "In" && value === 0)
      problems.invalid(`${at}.values[${index}]`, value, "must not be 0 for the In operator");
    if (seen.has(value)) problems.duplicate(`${at}.values[${index}]`, value);
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && value < (values[index - 1] ?? value))) {
    problems.invalid(`${at}.values`, values, "must be ordered");
  }
}

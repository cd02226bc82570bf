import type { LabelSelector } from "../types/meta";
import type { PodTemplateSpec } from "../types/pod";
import type { Job, JobSpec, PodFailurePolicyRule } from "../types/workloads";
import { copy, same } from "../values/json";
import { matches } from "../values/selectors";
import { qualifiedName } from "./formats";
import { checkSelector } from "./metadata";
import { checkTemplate } from "./pod";
import type { Problems } from "./problems";

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const MOST_INDEXED = 100_000;

export function checkJob(job: Job, live: Job | undefined, problems: Problems): void {
  const { spec } = job;
  if (spec === undefined) {
    problems.required("spec.template.spec.containers");
    return;
  }
  checkGeneratedSelector(job, problems);
  checkJobSpec("spec", spec, problems);
  if (spec.selector !== undefined) {
    checkSelector(spec.selector, "spec.selector", problems);
    const labels = spec.template?.metadata?.labels;
    if (!matches(spec.selector, labels))
      problems.invalid(
        "spec.template.metadata.labels",
        labels,
        "`selector` does not match template `labels`",
      );
  } else problems.required("spec.selector");
  if (live !== undefined) checkJobUpdate(job, live, problems);
}

/** A Job's selector is the server's business unless the Job says otherwise. */
function checkGeneratedSelector({ metadata, spec }: Job, problems: Problems): void {
  if (spec.manualSelector === true) return;
  const expected: LabelSelector = {
    matchLabels: { "batch.kubernetes.io/controller-uid": metadata.uid ?? "" },
  };
  if (!same(spec.selector, expected))
    problems.invalid("spec.selector", spec.selector, "`selector` not auto-generated");
}

/** What Jobs and the templates of CronJobs have in common. */
export function checkJobSpec(at: string, spec: JobSpec, problems: Problems): void {
  const counts = [
    ...["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"],
    ...["backoffLimitPerIndex", "maxFailedIndexes"],
  ] as const;
  for (const name of counts) problems.notNegative(`${at}.${name}`, spec[name as "parallelism"]);
  checkCompletionMode(at, spec, problems);
  if (spec.podFailurePolicy !== undefined) checkFailurePolicy(`${at}.podFailurePolicy`, spec, problems);
  if (spec.successPolicy !== undefined && spec.completionMode !== "Indexed") {
    problems.invalidStructure(`${at}.successPolicy`, "requires indexed completion mode");
  }
  const replacements = spec.podFailurePolicy === undefined ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
  problems.oneOfIfGiven(`${at}.podReplacementPolicy`, spec.podReplacementPolicy, replacements);
  if (spec.template === undefined) return;
  checkTemplate(`${at}.template`, spec.template, problems);
  const policy = spec.template.spec?.restartPolicy;
  const field = `${at}.template.spec.restartPolicy`;
  if (policy === undefined || policy === "" || policy === "Always")
    problems.required(field, 'valid values: "OnFailure", "Never"');
  else if (policy !== "OnFailure" && policy !== "Never")
    problems.unsupported(field, policy, ["OnFailure", "Never"]);
  else if (spec.podFailurePolicy !== undefined && policy !== "Never") {
    problems.invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified');
  }
}

function checkCompletionMode(at: string, spec: JobSpec, problems: Problems): void {
  const { completionMode: mode, completions, parallelism = 0, backoffLimitPerIndex, maxFailedIndexes } = spec;
  problems.oneOfIfGiven(`${at}.completionMode`, mode, ["NonIndexed", "Indexed"]);
  if (mode === "Indexed") {
    if (completions === undefined) problems.required(`${at}.completions`, "when completion mode is Indexed");
    if (parallelism > MOST_INDEXED) {
      problems.invalid(
        `${at}.parallelism`,
        parallelism,
        `must be less than or equal to ${MOST_INDEXED} when completion mode is Indexed`,
      );
    }
  } else if (backoffLimitPerIndex !== undefined) {
    problems.invalid(`${at}.backoffLimitPerIndex`, backoffLimitPerIndex, "requires indexed completion mode");
  }
  if (maxFailedIndexes === undefined) return;
  if (backoffLimitPerIndex === undefined)
    problems.required(`${at}.backoffLimitPerIndex`, "when maxFailedIndexes is specified");
  if (completions !== undefined && maxFailedIndexes > completions) {
    problems.invalid(`${at}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions");
  }
}

function checkFailurePolicy(at: string, spec: JobSpec, problems: Problems): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > 20) problems.tooMany(`${at}.rules`, rules.length, 20);
  const { containers = [], initContainers = [] } = spec.template?.spec ?? { containers: [] };
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  for (const [index, rule] of rules.entries()) {
    const here = `${at}.rules[${index}]`;
    checkAction(`${here}.action`, rule, spec, problems);
    const { onExitCodes, onPodConditions = [] } = rule;
    if (onExitCodes !== undefined) checkExitCodes(`${here}.onExitCodes`, onExitCodes, names, problems);
    for (const [position, { type, status }] of onPodConditions.entries()) {
      const where = `${here}.onPodConditions[${position}]`;
      problems.texts(`${where}.type`, type ?? "", qualifiedName(type ?? ""));
      problems.oneOf(`${where}.status`, status, ["False", "True", "Unknown"]);
    }
    if (onExitCodes !== undefined && onPodConditions.length > 0) {
      problems.invalidStructure(here, "specifying both OnExitCodes and OnPodConditions is not supported");
    }
    if (onExitCodes === undefined && onPodConditions.length === 0) {
      problems.invalidStructure(here, "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }
}

function checkAction(at: string, { action }: PodFailurePolicyRule, spec: JobSpec, problems: Problems): void {
  problems.oneOf(at, action, ACTIONS);
  if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined) {
    problems.invalid(at, action, "requires the backoffLimitPerIndex to be set");
  }
}

function checkExitCodes(
  at: string,
  { containerName, operator, values = [] }: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
  names: ReadonlySet<string>,
  problems: Problems,
): void {
  problems.oneOf(`${at}.operator`, operator, ["In", "NotIn"]);
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

function checkJobUpdate({ spec }: Job, { spec: old, status }: Job, problems: Problems): void {
  const elastic = spec.completionMode === "Indexed" && spec.completions === spec.parallelism;
  if (!elastic && spec.completions !== old.completions)
    problems.invalid("spec.completions", spec.completions, "field is immutable");
  for (const name of ["completionMode", "backoffLimitPerIndex", "managedBy"] as const) {
    if (spec[name] !== old[name]) problems.invalid(`spec.${name}`, spec[name], "field is immutable");
  }
  for (const name of ["selector", "podFailurePolicy", "successPolicy"] as const) {
    if (!same(spec[name], old[name])) problems.invalidStructure(`spec.${name}`, "field is immutable");
  }
  const waiting = old.suspend === true && status?.startTime === undefined;
  const [next, before] = waiting
    ? [unscheduled(spec.template), unscheduled(old.template)]
    : [spec.template, old.template];
  if (!same(next, before)) problems.invalidStructure("spec.template", "field is immutable");
}

/** The part of a template that cannot change even before a suspended Job has started. */
function unscheduled(template: PodTemplateSpec): PodTemplateSpec {
  const rest = copy(template);
  delete rest.metadata?.labels;
  delete rest.metadata?.annotations;
  delete rest.spec.nodeSelector;
  delete rest.spec.affinity;
  delete rest.spec.tolerations;
  return rest;
}

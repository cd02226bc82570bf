import { generatedLabels } from "../strategy";
import type { PodTemplateSpec } from "../types/pod";
import type { Job, JobSpec } from "../types/workloads";
import { copy, same } from "../values/json";
import { matches } from "../values/selectors";
import { dnsLabel } from "./formats";
import { checkFailurePolicy, checkSuccessPolicy } from "./job-policies";
import { checkPrefixedPath, checkSelector } from "./metadata";
import { checkTemplate } from "./pod";
import { Problems } from "./problems";

const MOST_INDEXED = 100_000;
const MOST_OF_MANY = 10_000;
const LONGEST_MANAGER = 63;

export function checkJob(job: Job, live: Job | undefined, problems: Problems): void {
  const { spec } = job;
  if (spec === undefined) {
    problems.required("spec.template.spec.containers");
    return;
  }
  if (live === undefined) {
    checkGeneratedLabels(job, problems);
    checkHostNames(job, problems);
  }
  checkJobSpec("spec", spec, problems);
  const { selector } = spec;
  if (selector === undefined) problems.required("spec.selector");
  const labels = spec.template?.metadata?.labels;
  if (checkSelector(selector, "spec.selector", problems) && !matches(selector, labels))
    problems.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  if (live !== undefined) checkJobUpdate(job, live, problems);
}

/** The pods of an indexed Job carry their index in their host names. */
function checkHostNames({ metadata: { name }, spec }: Job, problems: Problems): void {
  if (spec.completionMode !== "Indexed" || !spec.completions) return;
  const longest = `${name}-${spec.completions - 1}`;
  if (dnsLabel(longest).length > 0)
    problems.invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`);
}

/** A Job's selector, and the labels it looks for, are the server's business unless the Job says otherwise. */
function checkGeneratedLabels({ metadata, spec }: Job, problems: Problems): void {
  if (spec.manualSelector === true) return;
  const labels = spec.template?.metadata?.labels ?? {};
  const expected = generatedLabels(metadata);
  for (const [key, value] of Object.entries(expected))
    if (labels[key] !== value)
      problems.invalid(`spec.template.metadata.labels[${key}]`, labels, `must be '${value}'`);
  if (checkSelector(spec.selector, "", new Problems()) && !matches(spec.selector, expected))
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
  if (spec.successPolicy !== undefined) checkSuccessPolicy(`${at}.successPolicy`, spec, problems);
  if (spec.managedBy !== undefined) {
    // Another controller than the cluster's own.
    checkPrefixedPath(`${at}.managedBy`, spec.managedBy, problems);
    if (spec.managedBy.length > LONGEST_MANAGER) problems.tooLong(`${at}.managedBy`, LONGEST_MANAGER);
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
    checkManyIndexes(at, spec, problems);
  } else if (mode === undefined || mode === "NonIndexed") {
    for (const [name, value] of Object.entries({ backoffLimitPerIndex, maxFailedIndexes }))
      if (value !== undefined) problems.invalid(`${at}.${name}`, value, "requires indexed completion mode");
  }
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined)
    problems.required(`${at}.backoffLimitPerIndex`, "when maxFailedIndexes is specified");
}

/** With many indexes, few may run and fail at a time: the list of failures is part of the Job. */
function checkManyIndexes(at: string, spec: JobSpec, problems: Problems): void {
  const { completions, parallelism = 0, backoffLimitPerIndex, maxFailedIndexes: most } = spec;
  const failures = `${at}.maxFailedIndexes`;
  if (most !== undefined && completions !== undefined && most > completions)
    problems.invalid(failures, most, "must be less than or equal to completions");
  if (most !== undefined && most > MOST_INDEXED)
    problems.invalid(failures, most, `must be less than or equal to ${MOST_INDEXED}`);
  if (completions === undefined || completions <= MOST_INDEXED || backoffLimitPerIndex === undefined) return;
  const why = `must be less than or equal to ${MOST_OF_MANY} when completions are above ${MOST_INDEXED} and used with backoff limit per index`;
  if (most === undefined)
    problems.required(failures, `must be specified when completions is above ${MOST_INDEXED}`);
  else if (most > MOST_OF_MANY) problems.invalid(failures, most, why);
  if (parallelism > MOST_OF_MANY) problems.invalid(`${at}.parallelism`, parallelism, why);
}

function checkJobUpdate({ spec }: Job, { spec: old, status }: Job, problems: Problems): void {
  if (spec.completions !== old.completions) {
    const indexed = spec.completionMode === "Indexed";
    const why = indexed ? "can only be modified in tandem with spec.parallelism" : "field is immutable";
    if (!indexed || (spec.completions !== undefined && spec.completions !== spec.parallelism))
      problems.invalid("spec.completions", spec.completions, why);
  }
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
  delete rest.spec.tolerations;
  delete rest.spec.schedulingGates;
  const { nodeAffinity: _node, ...affinity } = rest.spec.affinity ?? {};
  if (Object.keys(affinity).length > 0) rest.spec.affinity = affinity;
  else delete rest.spec.affinity;
  return rest;
}

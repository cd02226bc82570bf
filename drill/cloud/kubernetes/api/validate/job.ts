import type { LabelSelector } from "../types/meta";
import type { PodTemplateSpec } from "../types/pod";
import type { Job, JobSpec } from "../types/workloads";
import { copy, same } from "../values/json";
import { matches } from "../values/selectors";
import { dnsLabel, dnsSubdomain } from "./formats";
import { checkFailurePolicy, checkSuccessPolicy } from "./job-policies";
import { checkSelector } from "./metadata";
import { checkTemplate } from "./pod";
import type { Problems } from "./problems";

const MOST_INDEXED = 100_000;
const LONGEST_MANAGER = 63;

export function checkJob(job: Job, live: Job | undefined, problems: Problems): void {
  const { spec } = job;
  if (spec === undefined) {
    problems.required("spec.template.spec.containers");
    return;
  }
  checkGeneratedSelector(job, problems);
  checkHostNames(job, problems);
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

/** The pods of an indexed Job carry their index in their host names. */
function checkHostNames({ metadata: { name }, spec }: Job, problems: Problems): void {
  if (spec.completionMode !== "Indexed" || !spec.completions) return;
  const longest = `${name}-${spec.completions - 1}`;
  if (dnsLabel(longest).length > 0)
    problems.invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`);
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
  if (spec.successPolicy !== undefined) checkSuccessPolicy(`${at}.successPolicy`, spec, problems);
  if (spec.managedBy !== undefined) checkManager(`${at}.managedBy`, spec.managedBy, problems);
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

/** Another controller than the cluster's own, by a path with its domain. */
function checkManager(at: string, manager: string, problems: Problems): void {
  const [domain = "", ...path] = manager.split("/");
  if (path.join("/") === "" || domain === "")
    problems.invalid(at, manager, 'must be a domain-prefixed path (such as "acme.io/foo")');
  else problems.texts(at, domain, dnsSubdomain(domain));
  if (manager.length > LONGEST_MANAGER) problems.tooLong(at, LONGEST_MANAGER);
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

import type { Pod, PodSpec, PodTemplateSpec } from "../types/pod";
import { copy, same } from "../values/json";
import { checkContainers } from "./containers";
import { dnsLabel, dnsSubdomain, qualifiedName } from "./formats";
import { checkAnnotations, checkLabels } from "./metadata";
import { checkPodNetwork } from "./pod-network";
import type { Problems } from "./problems";
import { checkScheduling } from "./scheduling";
import { checkPodSecurityContext } from "./security-context";
import { checkVolumes } from "./volumes";

const MOST_SECONDS = 2_147_483_647;

export function checkPod({ spec }: Pod, live: Pod | undefined, problems: Problems): void {
  if (live !== undefined) {
    checkPodUpdate(spec, live.spec, problems);
    return;
  }
  checkPodSpec("spec", spec ?? { containers: [] }, problems);
  if (spec?.restartPolicy !== undefined)
    problems.oneOf("spec.restartPolicy", spec.restartPolicy, ["Always", "OnFailure", "Never"]);
}

export function checkTemplate(field: string, template: PodTemplateSpec, problems: Problems): void {
  checkLabels(template.metadata?.labels, `${field}.labels`, problems);
  checkAnnotations(template.metadata?.annotations, `${field}.annotations`, problems);
  checkPodSpec(`${field}.spec`, template.spec ?? { containers: [] }, problems);
  if ((template.spec?.ephemeralContainers ?? []).length > 0) {
    problems.forbidden(
      `${field}.spec.ephemeralContainers`,
      "ephemeral containers not allowed in pod template",
    );
  }
}

export function checkPodSpec(field: string, spec: PodSpec, problems: Problems): void {
  const volumes = checkVolumes(`${field}.volumes`, spec.volumes ?? [], problems);
  checkContainers(field, spec, volumes, problems);
  checkPodNetwork(field, spec, problems);
  checkLabels(spec.nodeSelector, `${field}.nodeSelector`, problems);
  checkPodSecurityContext(`${field}.securityContext`, spec, problems);
  for (const name of ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] as const) {
    const value = spec[name];
    if (value !== undefined && value !== "") problems.texts(`${field}.${name}`, value, dnsSubdomain(value));
  }
  for (const name of ["hostname", "subdomain"] as const) {
    const value = spec[name];
    if (value !== undefined && value !== "") problems.texts(`${field}.${name}`, value, dnsLabel(value));
  }
  problems.between(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1, MOST_SECONDS);
  problems.oneOfIfGiven(`${field}.preemptionPolicy`, spec.preemptionPolicy, [
    "PreemptLowerPriority",
    "Never",
  ]);
  for (const [index, { conditionType = "" }] of (spec.readinessGates ?? []).entries())
    problems.texts(
      `${field}.readinessGates[${index}].conditionType`,
      conditionType,
      qualifiedName(conditionType),
    );
  checkGates(field, spec, problems);
  if (spec.os !== undefined) checkSystem(field, spec, spec.os.name, problems);
  checkScheduling(field, spec, problems);
}

/** What must happen before the pod is given a node. */
function checkGates(field: string, { schedulingGates = [], nodeName }: PodSpec, problems: Problems): void {
  const seen = new Set<string>();
  for (const [index, { name = "" }] of schedulingGates.entries()) {
    const at = `${field}.schedulingGates[${index}]`;
    problems.texts(at, name, qualifiedName(name));
    if (seen.has(name)) problems.duplicate(at, name);
    seen.add(name);
  }
  if (schedulingGates.length > 0 && nodeName)
    problems.forbidden(`${field}.nodeName`, "cannot be set until all schedulingGates have been cleared");
}

/** A pod that names its operating system says nothing that only the other one knows. */
function checkSystem(field: string, spec: PodSpec, system: string, problems: Problems): void {
  problems.oneOf(`${field}.os.name`, system, ["linux", "windows"]);
  if (system !== "linux") return;
  const refuse = (at: string): void =>
    problems.forbidden(
      `${at}.securityContext.windowsOptions`,
      "windows options cannot be set for a linux pod",
    );
  if (spec.securityContext?.windowsOptions !== undefined) refuse(field);
  for (const list of ["containers", "initContainers"] as const)
    for (const [index, container] of (spec[list] ?? []).entries())
      if (container.securityContext?.windowsOptions !== undefined) refuse(`${field}.${list}[${index}]`);
}

const UPDATE_RULE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function checkPodUpdate(next: PodSpec, live: PodSpec, problems: Problems): void {
  for (const [list, containers] of Object.entries({
    containers: next.containers,
    initContainers: next.initContainers ?? [],
  })) {
    for (const [index, { image }] of containers.entries()) {
      if (!image) problems.required(`spec.${list}[${index}].image`);
      else if (image !== image.trim())
        problems.invalid(
          `spec.${list}[${index}].image`,
          image,
          "must not have leading or trailing whitespace",
        );
    }
  }
  const deadline = next.activeDeadlineSeconds;
  if (deadline !== undefined) {
    problems.between("spec.activeDeadlineSeconds", deadline, 0, MOST_SECONDS);
    if (live.activeDeadlineSeconds !== undefined && live.activeDeadlineSeconds < deadline) {
      problems.invalid(
        "spec.activeDeadlineSeconds",
        deadline,
        "must be less than or equal to previous value",
      );
    }
  } else if (live.activeDeadlineSeconds !== undefined) {
    problems.invalid(
      "spec.activeDeadlineSeconds",
      null,
      "must not update from a positive integer to nil value",
    );
  }
  const before = live.tolerations ?? [];
  const kept = before.every((old) => (next.tolerations ?? []).some((each) => same(each, old)));
  if (!kept)
    problems.forbidden(
      "spec.tolerations",
      "existing toleration can not be modified except its tolerationSeconds",
    );
  if (!same(frozen(next), frozen(live))) problems.forbidden("spec", UPDATE_RULE);
}

/** The part of a pod that no update may change. */
function frozen(spec: PodSpec): PodSpec {
  const rest = copy(spec);
  for (const container of [...rest.containers, ...(rest.initContainers ?? [])]) container.image = "";
  delete rest.activeDeadlineSeconds;
  delete rest.tolerations;
  if (rest.terminationGracePeriodSeconds === 1) delete rest.terminationGracePeriodSeconds;
  if (spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0)
    delete rest.terminationGracePeriodSeconds;
  return rest;
}

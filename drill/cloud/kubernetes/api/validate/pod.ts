import type { Pod, PodSpec, PodTemplateSpec, Toleration } from "../types/pod";
import { copy, same } from "../values/json";
import { checkNodePorts } from "./container-ports";
import { checkContainers } from "./containers";
import { dnsLabel, dnsSubdomain, qualifiedName } from "./formats";
import { checkAnnotations, checkLabels } from "./metadata";
import { checkPodAnnotations } from "./pod-annotations";
import { checkPodNetwork } from "./pod-network";
import { checkPodResources } from "./pod-resources";
import { checkHostProcess, checkSystem, checkUsers } from "./pod-system";
import type { Problems } from "./problems";
import { checkResources } from "./resources";
import { checkScheduling } from "./scheduling";
import { checkPodSecurityContext } from "./security-context";
import { checkVolumes } from "./volumes";

const MOST_SECONDS = 2_147_483_647;

export function checkPod({ metadata, spec }: Pod, live: Pod | undefined, problems: Problems): void {
  if (live !== undefined) {
    checkPodUpdate(spec, live.spec, problems);
    return;
  }
  const pod = spec ?? { containers: [] };
  checkPodAnnotations("metadata.annotations", "spec", metadata.annotations, pod, problems);
  checkPodSpec("spec", pod, metadata.name, problems);
  checkTokens("spec", pod, problems);
  for (const list of ["containers", "initContainers"] as const)
    for (const [index, { image }] of (pod[list] ?? []).entries())
      checkSpaces(`spec.${list}[${index}].image`, image, problems);
  if ((pod.ephemeralContainers ?? []).length > 0)
    problems.forbidden("spec.ephemeralContainers", "cannot be set on create");
  if ((pod.schedulingGates ?? []).length > 0 && pod.nodeName)
    problems.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
}

export function checkTemplate(field: string, template: PodTemplateSpec, problems: Problems): void {
  const spec = template.spec ?? { containers: [] };
  checkLabels(template.metadata?.labels, `${field}.labels`, problems);
  checkAnnotations(template.metadata?.annotations, `${field}.annotations`, problems);
  checkPodAnnotations(
    `${field}.annotations`,
    `${field}.spec`,
    template.metadata?.annotations,
    spec,
    problems,
  );
  checkPodSpec(`${field}.spec`, spec, undefined, problems);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    problems.forbidden(
      `${field}.spec.ephemeralContainers`,
      "ephemeral containers not allowed in pod template",
    );
  }
}

/** @param pod name of the pod; absent for a template */
function checkPodSpec(field: string, spec: PodSpec, pod: string | undefined, problems: Problems): void {
  const volumes = checkVolumes(`${field}.volumes`, spec.volumes ?? [], pod, problems);
  checkContainers(field, spec, volumes, problems);
  checkPodResources(`${field}.resources`, spec, problems);
  checkNodePorts(field, spec, pod === undefined, problems);
  checkPodNetwork(field, spec, problems);
  if (spec.restartPolicy !== undefined)
    problems.oneOf(`${field}.restartPolicy`, spec.restartPolicy, ["Always", "OnFailure", "Never"]);
  checkLabels(spec.nodeSelector, `${field}.nodeSelector`, problems);
  checkPodSecurityContext(`${field}.securityContext`, spec, problems);
  for (const name of ["serviceAccountName", "nodeName", "priorityClassName"] as const) {
    const value = spec[name];
    if (value !== undefined && value !== "") problems.texts(`${field}.${name}`, value, dnsSubdomain(value));
  }
  const { runtimeClassName: runtime, preemptionPolicy: preemption } = spec;
  if (runtime !== undefined) problems.texts(`${field}.runtimeClassName`, runtime, dnsSubdomain(runtime));
  for (const name of ["hostname", "subdomain"] as const) {
    const value = spec[name];
    if (value !== undefined && value !== "") problems.texts(`${field}.${name}`, value, dnsLabel(value));
  }
  problems.between(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1, MOST_SECONDS);
  if (preemption !== undefined)
    problems.oneOf(`${field}.preemptionPolicy`, preemption, ["PreemptLowerPriority", "Never"]);
  if (spec.overhead !== undefined) checkResources(`${field}.overhead`, { limits: spec.overhead }, problems);
  checkGates(field, spec, problems);
  checkHostProcess(field, spec, problems);
  checkUsers(field, spec, problems);
  checkSystem(field, spec, problems);
  checkScheduling(field, spec, problems);
}

/** A token is the account's: a pod that names none has no token to mount. */
function checkTokens(field: string, { serviceAccountName, volumes = [] }: PodSpec, problems: Problems): void {
  if (serviceAccountName) return;
  for (const [index, { projected }] of volumes.entries())
    for (const [position, { serviceAccountToken }] of (projected?.sources ?? []).entries())
      if (serviceAccountToken !== undefined)
        problems.forbidden(
          `${field}.volumes[${index}].projected.sources[${position}].serviceAccountToken`,
          "must not be specified when serviceAccountName is not set",
        );
}

/** What must happen before the pod is given a node, and before it gets traffic. */
function checkGates(
  field: string,
  { schedulingGates = [], readinessGates = [] }: PodSpec,
  problems: Problems,
): void {
  const seen = new Set<string>();
  for (const [index, { name = "" }] of schedulingGates.entries()) {
    const at = `${field}.schedulingGates[${index}]`;
    problems.texts(at, name, qualifiedName(name));
    if (seen.has(name)) problems.duplicate(at, name);
    seen.add(name);
  }
  for (const [index, { conditionType = "" }] of readinessGates.entries())
    problems.texts(
      `${field}.readinessGates[${index}].conditionType`,
      conditionType,
      qualifiedName(conditionType),
    );
}

function checkSpaces(at: string, image: string | undefined, problems: Problems): void {
  if (image !== undefined && image !== image.trim())
    problems.invalid(at, image, "must not have leading or trailing whitespace");
}

const UPDATE_RULE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function checkPodUpdate(next: PodSpec, live: PodSpec, problems: Problems): void {
  for (const [list, containers] of Object.entries({
    containers: next.containers,
    initContainers: next.initContainers ?? [],
  })) {
    if (containers.length !== (live[list as "containers"] ?? []).length) {
      problems.forbidden(`spec.${list}`, "pod updates may not add or remove containers");
      return;
    }
    for (const [index, { image }] of containers.entries()) {
      const at = `spec.${list}[${index}].image`;
      if (!image) problems.required(at);
      else checkSpaces(at, image, problems);
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
  const kept = before.every((old) =>
    (next.tolerations ?? []).some((each) => same(untimed(each), untimed(old))),
  );
  if (!kept)
    problems.forbidden(
      "spec.tolerations",
      "existing toleration can not be modified except its tolerationSeconds",
    );
  if (!same(frozen(next), frozen(live))) problems.forbidden("spec", UPDATE_RULE);
}

function untimed({ tolerationSeconds: _seconds, ...toleration }: Toleration): Toleration {
  return toleration;
}

/** The part of a pod that no update may change. */
function frozen(spec: PodSpec): PodSpec {
  const rest = copy(spec);
  for (const container of [...rest.containers, ...(rest.initContainers ?? [])]) container.image = "";
  delete rest.activeDeadlineSeconds;
  delete rest.tolerations;
  delete rest.schedulingGates;
  if (rest.terminationGracePeriodSeconds === 1) delete rest.terminationGracePeriodSeconds;
  if (spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0)
    delete rest.terminationGracePeriodSeconds;
  return rest;
}

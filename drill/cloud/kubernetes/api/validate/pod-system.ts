import type { PodSpec } from "../types/pod";
import type { Problems } from "./problems";

const SYSTEMS = ["linux", "windows"];
/** What only Linux knows, of a pod and of its containers. */
const LINUX_POD = ["hostIPC", "hostPID", "hostUsers", "shareProcessNamespace"] as const;
const LINUX_POD_CONTEXT = [
  ...["appArmorProfile", "fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsUser", "seLinuxChangePolicy"],
  ...["seLinuxOptions", "seccompProfile", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"],
];
const LINUX_CONTEXT = [
  ...["allowPrivilegeEscalation", "appArmorProfile", "capabilities", "privileged", "procMount"],
  ...["readOnlyRootFilesystem", "runAsGroup", "runAsUser", "seLinuxOptions", "seccompProfile"],
];

/** A pod that names its operating system says nothing that only the other one knows. */
export function checkSystem(field: string, spec: PodSpec, problems: Problems): void {
  if (spec.os === undefined) return;
  const { name } = spec.os;
  if (!name) problems.required(`${field}.os.name`, "cannot be empty");
  else if (!SYSTEMS.includes(name)) problems.unsupported(`${field}.os`, name, SYSTEMS);
  else if (name === "windows") refuseLinux(field, spec, problems);
  else refuseWindows(field, spec, problems);
}

/** Security contexts with their paths: of the pod, then of its containers. */
function contexts(field: string, spec: PodSpec): { at: string; context: Record<string, unknown> }[] {
  const lists = ["initContainers", "containers", "ephemeralContainers"] as const;
  return lists.flatMap((list) =>
    (spec[list] ?? []).map(({ securityContext = {} }, index) => ({
      at: `${field}.${list}[${index}].securityContext`,
      context: securityContext as Record<string, unknown>,
    })),
  );
}

function refuseWindows(field: string, spec: PodSpec, problems: Problems): void {
  const own = {
    at: `${field}.securityContext`,
    context: (spec.securityContext ?? {}) as Record<string, unknown>,
  };
  for (const { at, context } of [own, ...contexts(field, spec)])
    if (context.windowsOptions !== undefined)
      problems.forbidden(`${at}.windowsOptions`, "windows options cannot be set for a linux pod");
}

function refuseLinux(field: string, spec: PodSpec, problems: Problems): void {
  const refuse = (at: string): void => problems.forbidden(at, "cannot be set for a windows pod");
  for (const name of LINUX_POD) {
    const value = spec[name];
    if (value !== undefined && (value || name === "hostUsers" || name === "shareProcessNamespace"))
      refuse(`${field}.${name}`);
  }
  const own = (spec.securityContext ?? {}) as Record<string, unknown>;
  for (const name of LINUX_POD_CONTEXT)
    if (own[name] !== undefined) refuse(`${field}.securityContext.${name}`);
  for (const { at, context } of contexts(field, spec))
    for (const name of LINUX_CONTEXT) if (context[name] !== undefined) refuse(`${at}.${name}`);
}

/** Windows containers with the rights of the node: all of a pod or none, and on the node's network. */
export function checkHostProcess(field: string, spec: PodSpec, problems: Problems): void {
  const pod = spec.securityContext?.windowsOptions?.hostProcess;
  const lists = ["initContainers", "containers", "ephemeralContainers"] as const;
  let [all, privileged] = [0, 0];
  for (const list of lists)
    for (const [index, { securityContext }] of (spec[list] ?? []).entries()) {
      const own = securityContext?.windowsOptions?.hostProcess;
      all += 1;
      if (own ?? pod) privileged += 1;
      if (pod !== undefined && own !== undefined && pod !== own)
        problems.invalid(
          `${field}.${list}[${index}].securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${pod}`,
        );
    }
  if (privileged === 0) return;
  if (privileged !== all)
    problems.invalid(
      field,
      "",
      "If pod contains any hostProcess containers then all containers must be HostProcess containers",
    );
  if (spec.hostNetwork !== true)
    problems.invalid(
      `${field}.hostNetwork`,
      false,
      "hostNetwork must be true if pod contains any hostProcess containers",
    );
}

/** Users of the pod's own leave the node's namespaces alone. The server spells two of the fields in upper case. */
export function checkUsers(field: string, spec: PodSpec, problems: Problems): void {
  if (spec.hostUsers !== false) return;
  const shared = { hostNetwork: spec.hostNetwork, HostPID: spec.hostPID, HostIPC: spec.hostIPC };
  for (const [name, value] of Object.entries(shared))
    if (value === true) problems.forbidden(`${field}.${name}`, "when `pod.Spec.HostUsers` is false");
}

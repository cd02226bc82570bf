import type { Container, PodSpec, SecurityContext } from "../types/pod";
import type { Problems } from "./problems";

const MOST_ID = 2_147_483_647;

export function checkPodSecurityContext(field: string, spec: PodSpec, problems: Problems): void {
  const context = spec.securityContext;
  if (context === undefined) return;
  for (const name of ["fsGroup", "runAsUser", "runAsGroup"] as const) {
    problems.between(`${field}.${name}`, context[name], 0, MOST_ID);
  }
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    problems.between(`${field}.supplementalGroups[${index}]`, group, 0, MOST_ID);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    problems.invalid(
      `${field}.shareProcessNamespace`,
      true,
      "ShareProcessNamespace and HostPID cannot both be enabled",
    );
  }
  problems.oneOfIfGiven(`${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, [
    "Always",
    "OnRootMismatch",
  ]);
  problems.oneOfIfGiven(`${field}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, [
    "Merge",
    "Strict",
  ]);
  const settings = new Set<string>();
  for (const [index, { name = "" }] of (context.sysctls ?? []).entries()) {
    const at = `${field}.sysctls[${index}].name`;
    if (name === "") problems.required(at);
    else if (!/^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(name)) {
      problems.invalid(
        at,
        name,
        "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
      );
    } else if (settings.has(name)) problems.duplicate(at, name);
    settings.add(name);
    checkSharedSetting(at, name.replaceAll("/", "."), spec, problems);
  }
  checkProfiles(field, context, problems);
}

/** A pod that shares the node's network or memory cannot change what belongs to the node. */
function checkSharedSetting(at: string, name: string, spec: PodSpec, problems: Problems): void {
  const shared = [
    [spec.hostNetwork, /^net\./, "hostNetwork"],
    [spec.hostIPC, /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/, "hostIPC"],
  ] as const;
  for (const [on, settings, key] of shared)
    if (on === true && settings.test(name))
      problems.invalid(at, name, `may not be specified when '${key}' is true`);
}

export function checkSecurityContext(field: string, container: Container, problems: Problems): void {
  const context = container.securityContext;
  if (context === undefined) return;
  for (const name of ["runAsUser", "runAsGroup"] as const)
    problems.between(`${field}.${name}`, context[name], 0, MOST_ID);
  problems.oneOfIfGiven(`${field}.procMount`, context.procMount, ["Default", "Unmasked"]);
  checkProfiles(field, context, problems);
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged === true) {
    problems.invalidStructure(
      field,
      "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
    );
  }
  if ((context.capabilities?.add ?? []).includes("CAP_SYS_ADMIN")) {
    problems.invalidStructure(
      field,
      "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
    );
  }
}

function checkProfiles(
  field: string,
  { seccompProfile, appArmorProfile }: SecurityContext,
  problems: Problems,
): void {
  const kinds = [
    ["seccompProfile", "seccomp", seccompProfile],
    ["appArmorProfile", "AppArmor", appArmorProfile],
  ] as const;
  for (const [name, label, profile] of kinds) {
    if (profile === undefined) continue;
    const at = `${field}.${name}`;
    const { type, localhostProfile } = profile;
    if (!type) problems.required(`${at}.type`, `type is required when ${name} is set`);
    else problems.oneOf(`${at}.type`, type, ["Localhost", "RuntimeDefault", "Unconfined"]);
    if (type === "Localhost") {
      if (!localhostProfile)
        problems.required(`${at}.localhostProfile`, `must be set when ${label} type is Localhost`);
      else if (
        name === "seccompProfile" &&
        (localhostProfile.startsWith("/") || localhostProfile.split("/").includes(".."))
      ) {
        problems.invalid(`${at}.localhostProfile`, localhostProfile, "must be a relative path");
      }
    } else if (localhostProfile !== undefined) {
      problems.invalid(
        `${at}.localhostProfile`,
        localhostProfile,
        `can only be set when ${label} type is Localhost`,
      );
    }
  }
}

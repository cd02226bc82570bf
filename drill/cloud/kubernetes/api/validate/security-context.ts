import type { Container, PodSpec, SecurityContext } from "../types/pod";
import type { Problems } from "./problems";
import { checkDescending } from "./volume-files";

const MOST_ID = 2_147_483_647;
const UNNAMED = {
  seccomp: "must be set when seccomp type is Localhost",
  appArmor: "must be set when AppArmor type is Localhost",
};

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
  problems.oneOfIfGiven(`${field}.seLinuxChangePolicy`, context.seLinuxChangePolicy, [
    "MountOption",
    "Recursive",
  ]);
  const settings = new Set<string>();
  for (const [index, { name = "" }] of (context.sysctls ?? []).entries()) {
    const at = `${field}.sysctls[${index}].name`;
    if (name === "") problems.required(at);
    else if (
      name.length > 253 ||
      !/^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(name)
    ) {
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

/** @param hostUsers whether users of the container are those of the node */
export function checkSecurityContext(
  field: string,
  container: Container,
  hostUsers: boolean,
  problems: Problems,
): void {
  const context = container.securityContext;
  if (context === undefined) return;
  for (const name of ["runAsUser", "runAsGroup"] as const)
    problems.between(`${field}.${name}`, context[name], 0, MOST_ID);
  problems.oneOfIfGiven(`${field}.procMount`, context.procMount, ["Default", "Unmasked"]);
  if (context.procMount === "Unmasked" && hostUsers)
    problems.invalid(`${field}.procMount`, context.procMount, "`hostUsers` must be false to use `Unmasked`");
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
  if (seccompProfile !== undefined) {
    const at = `${field}.seccompProfile`;
    const { type, localhostProfile: path } = seccompProfile;
    checkProfileType(at, "seccompProfile", type, problems);
    if (type === "Localhost") {
      if (path === undefined) problems.required(`${at}.localhostProfile`, UNNAMED.seccomp);
      else checkDescending(`${at}.localhostProfile`, path, problems);
    } else if (path !== undefined)
      problems.invalid(`${at}.localhostProfile`, path, "can only be set when seccomp type is Localhost");
  }
  if (appArmorProfile === undefined) return;
  const at = `${field}.appArmorProfile`;
  const { type, localhostProfile: name } = appArmorProfile;
  checkProfileType(at, "appArmorProfile", type, problems);
  if (type === "Localhost") {
    if (name === undefined || name === "") problems.required(`${at}.localhostProfile`, UNNAMED.appArmor);
    else if (name !== name.trim())
      problems.invalid(`${at}.localhostProfile`, name, "must not be padded with whitespace");
  } else if (name !== undefined && ["RuntimeDefault", "Unconfined"].includes(type))
    problems.invalid(`${at}.localhostProfile`, name, "can only be set when AppArmor type is Localhost");
}

function checkProfileType(at: string, name: string, type: string, problems: Problems): void {
  if (!type) problems.required(`${at}.type`, `type is required when ${name} is set`);
  else problems.oneOf(`${at}.type`, type, ["Localhost", "RuntimeDefault", "Unconfined"]);
}

import type { PodSpec, SecurityContext } from "../types/pod";
import type { Problems } from "./problems";
import { checkDescending } from "./volume-files";

type Annotations = Readonly<Record<string, string>> | undefined;

const COST = "controller.kubernetes.io/pod-deletion-cost";
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const LOCAL = "localhost/";
const SMALLEST = -(2 ** 31);
const LARGEST = 2 ** 31 - 1;

/** Annotations of a pod that mean something to the server itself. */
export function checkPodAnnotations(
  at: string,
  field: string,
  annotations: Annotations,
  spec: PodSpec,
  problems: Problems,
): void {
  const containers = containersOf(field, spec);
  for (const [key, value] of Object.entries(annotations ?? {})) {
    if (key === COST && !isCost(value)) problems.invalid(`${at}[${key}]`, value, "must be a 32bit integer");
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER))
      checkSeccomp(`${at}.${key}`, value, problems);
    if (!key.startsWith(APP_ARMOR)) continue;
    const name = key.slice(APP_ARMOR.length);
    if (!containers.some((each) => each.name === name))
      problems.invalid(`${at}[${key}]`, name, "container not found");
    if (!/^$|^runtime\/default$|^unconfined$|^localhost\//.test(value))
      problems.invalid(`${at}[${key}]`, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`);
  }
  checkAgreement(field, annotations ?? {}, spec, problems);
}

function isCost(text: string): boolean {
  return /^(?:0|-?[1-9]\d*)$/.test(text) && Number(text) >= SMALLEST && Number(text) <= LARGEST;
}

function checkSeccomp(at: string, value: string, problems: Problems): void {
  if (["runtime/default", "docker/default", "unconfined"].includes(value)) return;
  if (value.startsWith(LOCAL)) checkDescending(at, value.slice(LOCAL.length), problems);
  else problems.invalid(at, value, "must be a valid seccomp profile");
}

/** Where a profile is set both ways, both say the same. */
function checkAgreement(
  field: string,
  annotations: Readonly<Record<string, string>>,
  spec: PodSpec,
  problems: Problems,
): void {
  const own = spec.securityContext?.seccompProfile;
  agree(`${field}.securityContext.seccompProfile`, "seccomp", own, annotations[SECCOMP_POD], problems);
  for (const { at, name, context } of containersOf(field, spec)) {
    const seccomp = annotations[SECCOMP_CONTAINER + name];
    agree(`${at}.seccompProfile`, "seccomp", context.seccompProfile, seccomp, problems);
    if (spec.os?.name === "windows") continue;
    const profile = context.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    agree(`${at}.appArmorProfile`, "apparmor", profile, annotations[APP_ARMOR + name], problems);
  }
}

function agree(
  at: string,
  label: string,
  profile: SecurityContext["seccompProfile"],
  annotation: string | undefined,
  problems: Problems,
): void {
  if (profile === undefined || annotation === undefined) return;
  const differs = (name: string, what: string): void =>
    problems.forbidden(`${at}.${name}`, `${label} ${what} in annotation and field must match`);
  switch (profile.type) {
    case "Unconfined":
      if (annotation !== "unconfined") differs("type", "type");
      return;
    case "RuntimeDefault":
      if (annotation !== "runtime/default" && !(label === "seccomp" && annotation === "docker/default"))
        differs("type", "type");
      return;
    case "Localhost":
      if (!annotation.startsWith(LOCAL)) differs("type", "type");
      else if (annotation.slice(LOCAL.length) !== profile.localhostProfile)
        differs("localhostProfile", "profile");
      return;
    default:
  }
}

function containersOf(
  field: string,
  spec: PodSpec,
): { at: string; name: string; context: SecurityContext }[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map(({ name, securityContext = {} }, index) => ({
      at: `${field}.${list}[${index}].securityContext`,
      name,
      context: securityContext,
    })),
  );
}

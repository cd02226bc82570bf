import type { Fields } from "../types/meta";
import type { Container, ContainerPort, EnvVar, PodSpec, ResourceList } from "../types/pod";
import { canonicalQuantity, quantity } from "../values/quantity";

const NANO = 1_000_000_000n;
const OLD_LABELS: Readonly<Record<string, string | undefined>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region":
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone":
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type":
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};
const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod":
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
  "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
};
const OLD_VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  gitRepo: "deprecated in v1.11",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
};
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const NO_POD = "a null labelSelector results in matching no pod";

/** A pod, or the description of one, with the path of its specification. */
interface Described {
  readonly at: string;
  readonly spec: PodSpec;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the API lets pass in a pod with a word of warning. */
export function podWarnings(described: Described): string[] {
  const { at: field, spec } = described;
  const found = [
    ...placeWarnings(field, spec),
    ...annotationWarnings(described),
    ...listWarnings(field, spec),
    ...portWarnings(field, spec),
    ...fractions(`${field}.overhead`, spec.overhead ?? {}),
  ];
  for (const { at, container } of containersOf(field, spec)) found.push(...containerWarnings(at, container));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    found.push(
      `${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  return found;
}

function containersOf(field: string, spec: PodSpec): { at: string; container: Container }[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ at: `${field}.${list}[${index}]`, container })),
  );
}

/** Where a pod goes: labels of nodes that have a newer name, and neighbours that nothing can be. */
function placeWarnings(field: string, spec: PodSpec): string[] {
  const found: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const text = OLD_LABELS[key];
    if (text !== undefined) found.push(`${field}.nodeSelector[${key}]: ${text}`);
  }
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const at = `${field}.topologySpreadConstraints[${index}]`;
    const text = OLD_LABELS[topologyKey];
    if (text !== undefined) found.push(`${at}.topologyKey: ${topologyKey} is ${text}`);
    if (labelSelector === undefined) found.push(`${at}.labelSelector: ${NO_POD}`);
  }
  const affinity = (spec.affinity ?? {}) as Readonly<Record<string, Fields | undefined>>;
  const terms = (group: string, list: string): Fields[] => (affinity[group]?.[list] ?? []) as Fields[];
  for (const group of ["podAffinity", "podAntiAffinity"]) {
    const [required, preferred] = [
      "requiredDuringSchedulingIgnoredDuringExecution",
      "preferredDuringSchedulingIgnoredDuringExecution",
    ] as const;
    for (const [index, term] of terms(group, required).entries())
      if (term.labelSelector === undefined)
        found.push(`${field}.affinity.${group}.${required}[${index}].labelSelector: ${NO_POD}`);
    for (const [index, term] of terms(group, preferred).entries())
      if ((term.podAffinityTerm as Fields | undefined)?.labelSelector === undefined)
        found.push(
          `${field}.affinity.${group}.${preferred}[${index}].podAffinityTerm.labelSelector: ${NO_POD}`,
        );
  }
  return found;
}

/** Annotations that were fields in the making. */
function annotationWarnings({ at: field, spec, annotations = {} }: Described): string[] {
  const at = field.replace(/spec$/, "metadata.annotations");
  const found = Object.entries(OLD_ANNOTATIONS)
    .filter(([key]) => annotations[key] !== undefined)
    .map(([key, text]) => `${at}[${key}]: ${text}`);
  const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  if (annotations[SECCOMP_POD] !== undefined && spec.securityContext?.seccompProfile === undefined)
    found.push(`${at}[${SECCOMP_POD}]: ${seccomp}`);
  for (const { container } of containersOf(field, spec)) {
    const { name, securityContext: context } = container;
    if (annotations[SECCOMP_CONTAINER + name] !== undefined && context?.seccompProfile === undefined)
      found.push(`${at}[${SECCOMP_CONTAINER}${name}]: ${seccomp}`);
    const profile = context?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    if (annotations[APP_ARMOR + name] !== undefined && profile === undefined && field !== "spec")
      found.push(
        `${at}[${APP_ARMOR}${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
      );
  }
  return found;
}

/** Entries that say the same twice, or what no node can do any more. */
function listWarnings(field: string, spec: PodSpec): string[] {
  const found: string[] = [];
  for (const [index, volume] of (spec.volumes ?? []).entries())
    for (const [source, text] of Object.entries(OLD_VOLUMES))
      if (volume[source] !== undefined)
        found.push(`${field}.volumes[${index}].${source === "storageos" ? "storageOS" : source}: ${text}`);
  const addresses = new Set<string>();
  for (const [index, { ip = "" }] of (spec.hostAliases ?? []).entries()) {
    if (addresses.has(ip))
      found.push(`${field}.hostAliases[${index}].ip: duplicate ip ${JSON.stringify(ip)}`);
    addresses.add(ip);
  }
  const secrets = new Set<string>();
  for (const [index, { name = "" }] of (spec.imagePullSecrets ?? []).entries()) {
    const at = `${field}.imagePullSecrets[${index}].name`;
    if (secrets.has(name)) found.push(`${at}: duplicate name ${JSON.stringify(name)}`);
    if (name === "") found.push(`${at}: invalid empty name ""`);
    secrets.add(name);
  }
  return found;
}

/** Ports that two containers of a pod cannot both have, in spite of their own rules. */
function portWarnings(field: string, spec: PodSpec): string[] {
  const found: string[] = [];
  const seen: { readonly at: string; readonly port: ContainerPort }[] = [];
  for (const { at, container } of containersOf(field, spec))
    for (const [index, port] of (container.ports ?? []).entries()) {
      const here = `${at}.ports[${index}]`;
      if (port.hostIP && !port.hostPort) found.push(`${here}: hostIP set without hostPort: {…}`);
      for (const other of seen) {
        const what = overlap(port, other.port);
        if (what !== undefined) found.push(`${here}: ${what} port definition with ${other.at}`);
      }
      seen.push({ at: here, port });
    }
  return found;
}

function overlap(one: ContainerPort, other: ContainerPort): string | undefined {
  if (one.containerPort !== other.containerPort || one.protocol !== other.protocol) return undefined;
  const [host, otherHost] = [one.hostPort ?? 0, other.hostPort ?? 0];
  const [address, otherAddress] = [one.hostIP ?? "", other.hostIP ?? ""];
  if (address === otherAddress && host === otherHost) return "duplicate";
  if (host === 0 || otherHost === 0) return "overlapping";
  return host === otherHost && (address === "") !== (otherAddress === "")
    ? "dangerously ambiguous"
    : undefined;
}

function containerWarnings(field: string, { env = [], resources }: Container): string[] {
  const found: string[] = [];
  for (const [list, values] of Object.entries({
    limits: resources?.limits ?? {},
    requests: resources?.requests ?? {},
  })) {
    found.push(...fractions(`${field}.resources.${list}`, values));
  }
  const names = new Set<string>();
  for (const [index, variable] of env.entries()) {
    if (names.has(variable.name) && hides(variable))
      found.push(
        `${field}.env[${index}]: hides previous definition of ${JSON.stringify(variable.name)}, which may be dropped when using apply`,
      );
    names.add(variable.name);
  }
  return found;
}

/** A second definition may build on the first: `PATH=$(PATH):/opt`. */
function hides({ name, value = "", valueFrom }: EnvVar): boolean {
  const reference = `$(${name})`;
  return valueFrom !== undefined || value === reference || !value.includes(reference);
}

function fractions(field: string, list: ResourceList): string[] {
  return ["memory", "ephemeral-storage"].flatMap((name) => {
    const value = list[name];
    if (value === undefined || quantity(value) % NANO === 0n) return [];
    return [
      `${field}[${name}]: fractional byte value ${JSON.stringify(canonicalQuantity(value))} is invalid, must be an integer`,
    ];
  });
}

import type { KubernetesObject } from "../types/meta";
import type { Container, Pod, PodSpec, PodTemplateSpec, ResourceList } from "../types/pod";
import type { CronJob, Deployment, Job } from "../types/workloads";
import { canonicalQuantity, quantity } from "../values/quantity";
import { dnsLabel } from "./formats";

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

/** What the API lets pass with a word of warning. */
export function warningsOf(object: KubernetesObject, live: KubernetesObject | undefined): string[] {
  const found: string[] = [];
  if (live === undefined) found.push(...nameWarnings(object));
  const template = templateOf(object);
  // An update that leaves the template alone is not warned again.
  if (
    template !== undefined &&
    (live === undefined || live.metadata.generation !== object.metadata.generation)
  ) {
    found.push(...podWarnings(template.at, template.spec));
  }
  const old = object.metadata.annotations?.["kubernetes.io/ingress.class"];
  if (object.kind === "Ingress" && old !== undefined && live === undefined) {
    found.push(
      "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead",
    );
  }
  return found;
}

function nameWarnings({ kind, metadata }: KubernetesObject): string[] {
  const wrong = dnsLabel(metadata.name);
  if (wrong.length === 0) return [];
  if (["Deployment", "ReplicaSet", "Job", "CronJob"].includes(kind)) {
    return [
      `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(" ")}]`,
    ];
  }
  if (kind !== "Pod") return [];
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(" ")}]`,
  ];
}

/** The pod an object is, or describes. */
export interface Template {
  readonly at: string;
  readonly spec: PodSpec;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function templateOf(object: KubernetesObject): Template | undefined {
  switch (object.kind) {
    case "Pod":
      return at("spec", object as Pod);
    case "Deployment":
    case "ReplicaSet":
    case "Job":
      return at("spec.template.spec", (object as Deployment | Job).spec?.template);
    case "CronJob":
      return at("spec.jobTemplate.spec.template.spec", (object as CronJob).spec?.jobTemplate?.spec?.template);
    default:
      return undefined;
  }
}

function at(field: string, pod: Partial<PodTemplateSpec> | undefined): Template | undefined {
  if (pod?.spec === undefined) return undefined;
  const { annotations } = pod.metadata ?? {};
  return { at: field, spec: pod.spec, ...(annotations === undefined ? {} : { annotations }) };
}

function podWarnings(field: string, spec: PodSpec): string[] {
  const found: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const text = OLD_LABELS[key];
    if (text !== undefined) found.push(`${field}.nodeSelector[${key}]: ${text}`);
  }
  for (const [index, { topologyKey }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const text = OLD_LABELS[topologyKey];
    if (text !== undefined)
      found.push(`${field}.topologySpreadConstraints[${index}].topologyKey: ${topologyKey} is ${text}`);
  }
  for (const [list, containers] of Object.entries({
    initContainers: spec.initContainers ?? [],
    containers: spec.containers ?? [],
  })) {
    for (const [index, container] of containers.entries())
      found.push(...containerWarnings(`${field}.${list}[${index}]`, container));
  }
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    found.push(
      `${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  return found;
}

function containerWarnings(field: string, { env = [], ports = [], resources }: Container): string[] {
  const found: string[] = [];
  for (const [list, values] of Object.entries({
    limits: resources?.limits ?? {},
    requests: resources?.requests ?? {},
  })) {
    found.push(...fractions(`${field}.resources.${list}`, values));
  }
  const names = new Set<string>();
  for (const [index, { name }] of env.entries()) {
    if (names.has(name))
      found.push(
        `${field}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      );
    names.add(name);
  }
  for (const [index, port] of ports.entries()) {
    const twin = ports.findIndex(
      (each) =>
        each.containerPort === port.containerPort &&
        each.protocol === port.protocol &&
        each.hostPort === port.hostPort,
    );
    if (twin < index)
      found.push(`${field}.ports[${index}]: duplicate port definition with ${field}.ports[${twin}]`);
  }
  return found;
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

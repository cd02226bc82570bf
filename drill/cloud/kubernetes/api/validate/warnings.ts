import type { KubernetesObject } from "../types/meta";
import type { Service } from "../types/network";
import type { Pod, PodSpec, PodTemplateSpec } from "../types/pod";
import type { CronJob, Deployment, Job } from "../types/workloads";
import { dnsLabel } from "./formats";
import { podWarnings } from "./pod-warnings";

const BUILT_IN_FINALIZERS = ["foregroundDeletion", "kubernetes", "orphan"];

/** What the API lets pass with a word of warning. */
export function warningsOf(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  custom: boolean,
): string[] {
  const found: string[] = [];
  if (custom) found.push(...finalizerWarnings(object, live));
  if (object.kind === "Service" && !custom) found.push(...serviceWarnings(object as Service));
  if (live === undefined) found.push(...nameWarnings(object));
  const template = templateOf(object);
  // An update that leaves the template alone is not warned again.
  if (
    template !== undefined &&
    (live === undefined || live.metadata.generation !== object.metadata.generation)
  ) {
    found.push(...podWarnings(template));
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

/** What makes little sense for the kind of Service it is. */
function serviceWarnings({ spec }: Service): string[] {
  const found: string[] = [];
  const headless = spec?.type === "ClusterIP" && spec.clusterIP === "None";
  const outside = (spec?.externalIPs ?? []).length > 0;
  if (headless && outside) found.push("spec.externalIPs is ignored for headless services");
  if (headless && spec.sessionAffinity !== "None")
    found.push("spec.SessionAffinity is ignored for headless services");
  if (spec?.type === "ExternalName" && outside)
    found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec !== undefined && spec.type !== "ExternalName" && spec.externalName)
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return found;
}

/** Finalizers of custom resources should say whose they are. */
function finalizerWarnings({ metadata }: KubernetesObject, live: KubernetesObject | undefined): string[] {
  const known = new Set([...BUILT_IN_FINALIZERS, ...(live?.metadata.finalizers ?? [])]);
  return (metadata.finalizers ?? [])
    .filter((name) => !known.has(name) && !name.includes("/"))
    .map((name) => {
      const path = name.includes(".") ? " including a path (/)" : "";
      return `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    });
}

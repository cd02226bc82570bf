import type { ServiceAddresses } from "./addresses";
import type { ResourceKind } from "./kinds";
import type { Fields, KubernetesObject } from "./types/meta";
import type { Service } from "./types/network";
import type { Pod, PodSpec } from "./types/pod";
import type { Namespace } from "./types/store";
import type { Job } from "./types/workloads";
import { same } from "./values/json";

/** What the server itself writes into a new object, before validation. */
export function prepareForCreate(
  kind: ResourceKind,
  object: KubernetesObject,
  addresses: ServiceAddresses,
): void {
  if (kind.statusSubresource) delete (object as KubernetesObject & { status?: unknown }).status;
  if (kind.generation) object.metadata.generation = 1;
  else delete object.metadata.generation;
  delete object.metadata.deletionTimestamp;
  switch (object.kind) {
    case "Pod":
      addTolerations((object as Pod).spec);
      (object as Pod).status = { phase: "Pending" };
      return;
    case "Job":
      generateSelector(object as Job);
      return;
    case "Service":
      addresses.allocate(object as Service);
      return;
    case "Namespace": {
      const namespace = object as Namespace;
      const finalizers = namespace.spec?.finalizers ?? [];
      namespace.spec = { finalizers: [...new Set([...finalizers, "kubernetes"])] };
      namespace.status = { phase: "Active" };
      return;
    }
    default:
      return;
  }
}

/** What a writer cannot change stays as it was; a change of what is wanted counts as a new generation. */
export function prepareForUpdate(
  kind: ResourceKind,
  next: KubernetesObject,
  live: KubernetesObject,
  addresses: ServiceAddresses,
): void {
  const status = (live as KubernetesObject & { status?: unknown }).status;
  if (kind.statusSubresource) {
    const open = next as KubernetesObject & { status?: unknown };
    if (status === undefined) delete open.status;
    else open.status = status;
  }
  for (const field of [
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
  ] as const) {
    const value = live.metadata[field];
    if (value === undefined) delete next.metadata[field];
    else Object.assign(next.metadata, { [field]: value });
  }
  if (next.kind === "Namespace") Object.assign(next, { spec: (live as Namespace).spec });
  if (next.kind === "Service") addresses.keep(next as Service, live as Service);
  if (next.kind === "Job") keepGenerated(next as Job, live as Job);
  if (kind.generation && !same(desired(next), desired(live))) {
    next.metadata.generation = (live.metadata.generation ?? 0) + 1;
  }
}

/** Everything that says what is wanted: all but names, bookkeeping and status. */
function desired(object: KubernetesObject): Fields {
  const { metadata: _metadata, status: _status, ...rest } = object as KubernetesObject & { status?: unknown };
  return rest;
}

const TOLERATED = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

function addTolerations(spec: PodSpec | undefined): void {
  if (spec === undefined) return;
  const given = spec.tolerations ?? [];
  const added = TOLERATED.filter(
    (key) =>
      !given.some(
        (each) =>
          (each.key === undefined || each.key === key) &&
          (each.effect === undefined || each.effect === "NoExecute"),
      ),
  ).map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  if (added.length > 0) spec.tolerations = [...given, ...added];
}

export const JOB_LABELS = [
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-name",
  "controller-uid",
  "job-name",
];

function generateSelector(job: Job): void {
  const { metadata, spec } = job;
  // A Job without labels has those of its template from the start; generated ones join both.
  const shared = metadata.labels === undefined && spec?.template?.metadata?.labels !== undefined;
  addSelector(job);
  if (shared) bearTemplateLabels(job);
}

/** A Job without labels bears those of its template. Where these are all generated, that is so only after validation. */
export function bearTemplateLabels({ kind, metadata, spec }: Job): void {
  const labels = spec?.template?.metadata?.labels;
  if (kind === "Job" && metadata.labels === undefined && labels !== undefined)
    metadata.labels = { ...labels };
}

/** The labels by which a Job finds its pods. */
export function generatedLabels({ uid = "", name }: Job["metadata"]): Record<string, string> {
  const values = [uid, name, uid, name];
  return Object.fromEntries(JOB_LABELS.map((key, index) => [key, values[index] ?? ""]));
}

/** Labels that are given stay, for validation to refuse them. */
function addSelector({ metadata, spec }: Job): void {
  if (spec?.template === undefined || spec.manualSelector === true) return;
  const key = "batch.kubernetes.io/controller-uid";
  spec.template.metadata = { ...spec.template.metadata };
  spec.template.metadata.labels = { ...generatedLabels(metadata), ...spec.template.metadata.labels };
  spec.selector = {
    ...spec.selector,
    matchLabels: {
      ...spec.selector?.matchLabels,
      [key]: spec.selector?.matchLabels?.[key] ?? metadata.uid ?? "",
    },
  };
}

/** An update that leaves out what the server had generated means to keep it. */
function keepGenerated(next: Job, live: Job): void {
  if (next.spec.selector === undefined && live.spec.selector !== undefined)
    next.spec.selector = live.spec.selector;
  const before = live.spec.template.metadata?.labels ?? {};
  const kept = Object.fromEntries(
    JOB_LABELS.filter((key) => before[key] !== undefined).map((key) => [key, before[key] ?? ""]),
  );
  if (Object.keys(kept).length > 0 && next.spec.template !== undefined) {
    next.spec.template.metadata = { ...next.spec.template.metadata };
    next.spec.template.metadata.labels = { ...kept, ...next.spec.template.metadata.labels };
  }
}

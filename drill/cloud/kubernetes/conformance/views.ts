import { type Fields, isFields, type KubernetesObject } from "../api/types/meta";
import type { EndpointSlice } from "../api/types/network";
import type { ReplicaSet } from "../api/types/workloads";
import { REVISION } from "../controllers/template";

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** An object as the recorded scenarios show it: what differs from run to run is replaced by its kind. */
export function view(object: KubernetesObject | undefined, fields: readonly string[]): unknown {
  if (object === undefined) return null;
  const { name, generation, labels, annotations, ownerReferences, finalizers } = object.metadata;
  const all: Fields = { ...object, name, generation, labels, annotations, ownerReferences, finalizers };
  return masked(
    Object.fromEntries(fields.flatMap((field) => (all[field] === undefined ? [] : [[field, all[field]]]))),
  );
}

export function setView({ metadata, spec, status }: ReplicaSet): unknown {
  return masked({
    name: metadata.name,
    labels: metadata.labels,
    revision: metadata.annotations?.[REVISION],
    image: spec.template.spec.containers[0]?.image,
    replicas: spec.replicas,
    readyReplicas: status?.readyReplicas ?? 0,
  });
}

export function sliceView(slice: EndpointSlice): unknown {
  const { metadata, addressType, ports, endpoints } = slice;
  return masked({
    name: metadata.name.replace(/-[a-z0-9]{5}$/, "-<random>"),
    labels: metadata.labels,
    ownerReferences: metadata.ownerReferences,
    addressType,
    ports,
    endpoints: endpoints.map(({ conditions, nodeName }) => ({ conditions, nodeName })),
  });
}

/** Names of sets and pods, uids and times, replaced; conditions sorted and bared of their times. */
export function masked(value: unknown, key = ""): unknown {
  if (typeof value === "string") {
    if (TIME.test(value)) return "<time>";
    return value
      .replace(UID, "<uid>")
      .replace(/<uid of the job>/g, "<uid>")
      .replace(
        /\b(orders(?:-[a-z]+)?)-[a-z0-9]{8,10}(-(?:[a-z0-9]{5}|<random>))?\b/g,
        (_all, name: string, pod?: string) => `${name}-<hash>${pod === undefined ? "" : "-<random>"}`,
      )
      .replace(/<hash>-<random>>/g, "<hash>-<random>")
      .replace(/\b(migrate)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "$1-<random>")
      .replace(/^[a-z0-9]{8,10}$/, key === "pod-template-hash" ? "<hash>" : "$&");
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => masked(item));
    return key === "conditions"
      ? items.sort((a, b) => (String((a as Fields).type) < String((b as Fields).type) ? -1 : 1))
      : items;
  }
  if (!isFields(value)) return value;
  const dropped = ["lastTransitionTime", "lastUpdateTime", "lastProbeTime", "uid"];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => !dropped.includes(name) && inner !== undefined)
      .map(([name, inner]) => [name, masked(inner, name)]),
  );
}

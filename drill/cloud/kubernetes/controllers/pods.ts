import type { KubernetesObject } from "../api/types/meta";
import type { Pod, PodTemplateSpec } from "../api/types/pod";
import { copy } from "../api/values/json";
import { conditionOf, isTrue } from "./conditions";
import { controllerReference } from "./owners";

/** A pod that has not ended and is not on its way out. */
export function isActive({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed"
  );
}

export function isReady({ status }: Pod): boolean {
  return isTrue(status?.conditions, "Ready");
}

/** Milliseconds until the pod counts as available: 0 when it does now, undefined while it is not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined;
  const since = Date.parse(conditionOf(pod.status?.conditions, "Ready")?.lastTransitionTime ?? "");
  return Math.max(0, since + minReadySeconds * 1000 - now);
}

/** A pod of the template, to be named by the server. */
export function podFromTemplate(
  template: PodTemplateSpec,
  owner: KubernetesObject,
  finalizers: readonly string[] = [],
): Pod {
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "",
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? "default",
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: copy(template.spec),
  };
}

/** Which pods of a set to lose first: those that do no work yet, then the youngest. */
export function byWorth(one: Pod, other: Pod): number {
  return worth(one) - worth(other) || born(other) - born(one);
}

function worth(pod: Pod): number {
  if (pod.spec.nodeName === undefined) return 0;
  if (!isReady(pod)) return 1;
  return pod.status?.podIP === undefined ? 2 : 3;
}

function born({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? "");
}

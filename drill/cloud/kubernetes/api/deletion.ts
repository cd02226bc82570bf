import type { DeleteOptions } from "./requests";
import type { KubernetesObject } from "./types/meta";
import type { Pod } from "./types/pod";
import type { Namespace } from "./types/store";
import { copy } from "./values/json";

/** The object after a DELETE: undefined when it goes at once, else marked and waiting. */
export function markDeleted(
  live: KubernetesObject,
  options: DeleteOptions,
  now: string,
): KubernetesObject | undefined {
  const next = copy(live);
  const finalizers = new Set(next.metadata.finalizers ?? []);
  if (options.propagation === "Foreground") finalizers.add("foregroundDeletion");
  if (options.propagation === "Orphan") finalizers.add("orphan");
  if (options.propagation === "Background" || options.propagation === undefined) {
    finalizers.delete("foregroundDeletion");
    finalizers.delete("orphan");
  }
  if (finalizers.size > 0) next.metadata.finalizers = [...finalizers];
  else delete next.metadata.finalizers;

  const grace = graceOf(next, options);
  const held = finalizers.size > 0 || grace > 0 || hasContent(next);
  if (!held) return undefined;
  next.metadata.deletionTimestamp ??= now;
  next.metadata.deletionGracePeriodSeconds = Math.min(
    grace,
    next.metadata.deletionGracePeriodSeconds ?? grace,
  );
  if (next.kind === "Namespace")
    (next as Namespace).status = { ...(next as Namespace).status, phase: "Terminating" };
  if (next.metadata.generation !== undefined && live.metadata.deletionTimestamp === undefined)
    next.metadata.generation += 1;
  return next;
}

/** Only a pod on a node that has not ended needs time to stop. */
function graceOf(object: KubernetesObject, options: DeleteOptions): number {
  if (object.kind !== "Pod") return 0;
  const { spec, status } = object as Pod;
  if (spec.nodeName === undefined || status?.phase === "Succeeded" || status?.phase === "Failed") return 0;
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

function hasContent(object: KubernetesObject): boolean {
  return object.kind === "Namespace" && ((object as Namespace).spec?.finalizers ?? []).length > 0;
}

import type { ApiServer } from "../api/server";
import { ApiError } from "../api/status";
import type { StoreEvent } from "../api/store";
import type { Condition } from "../api/types/meta";
import type { Pod } from "../api/types/pod";
import type { ReplicaSet } from "../api/types/workloads";
import { timestamp } from "../api/values/clock";
import { matches } from "../api/values/selectors";
import { withCondition, withoutCondition } from "./conditions";
import { type Controller, fromKey, keyOf } from "./loop";
import { controllerOf, controllerReference, isControlledBy } from "./owners";
import { byWorth, isActive, isReady, podFromTemplate, untilAvailable } from "./pods";

const MANAGER = "kube-controller-manager";
const RETRY = 2_000;

/** Keeps as many pods of a template as wanted, and counts them. */
export class ReplicaSetController implements Controller {
  readonly name = "replica-set";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "ReplicaSet") yield keyOf(object.metadata);
    if (object.kind !== "Pod") return;
    const owner = controllerOf(object);
    if (owner?.kind === "ReplicaSet") yield `${object.metadata.namespace}/${owner.name}`;
  }

  reconcile(key: string): number | undefined {
    const set = this.#server.find<ReplicaSet>({ apiVersion: "apps/v1", kind: "ReplicaSet", ...fromKey(key) });
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
    const pods = this.#claim(set).filter(isActive);
    const failure = this.#adjust(set, pods);
    const again = this.#count(set, failure);
    return failure === undefined ? again : Math.min(again ?? RETRY, RETRY);
  }

  #pods(set: ReplicaSet): Pod[] {
    return this.#server
      .list<Pod>("v1", "Pod", set.metadata.namespace)
      .filter((pod) => isControlledBy(pod, set));
  }

  /** Pods that match and belong to nobody are adopted. */
  #claim(set: ReplicaSet): Pod[] {
    for (const pod of this.#server.list<Pod>("v1", "Pod", set.metadata.namespace)) {
      if (
        controllerOf(pod) !== undefined ||
        !isActive(pod) ||
        !matches(set.spec.selector, pod.metadata.labels)
      )
        continue;
      const ownerReferences = [...(pod.metadata.ownerReferences ?? []), controllerReference(set)];
      this.#server.update(
        { ...pod, metadata: { ...pod.metadata, ownerReferences } },
        { fieldManager: MANAGER },
      );
    }
    return this.#pods(set);
  }

  #adjust(set: ReplicaSet, pods: readonly Pod[]): Condition | undefined {
    const missing = (set.spec.replicas ?? 1) - pods.length;
    try {
      for (let count = 0; count < missing; count++) {
        this.#server.create(podFromTemplate(set.spec.template, set), {
          fieldManager: MANAGER,
          fieldValidation: "Ignore",
        });
      }
      if (missing < 0)
        for (const pod of [...pods].sort(byWorth).slice(0, -missing))
          this.#server.delete({ ...pod, ...pod.metadata });
      return undefined;
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      const reason = missing > 0 ? "FailedCreate" : "FailedDelete";
      return { type: "ReplicaFailure", status: "True", reason, message: problem.message };
    }
  }

  #count(set: ReplicaSet, failure: Condition | undefined): number | undefined {
    const now = this.#server.clock.now();
    const pods = this.#pods(set).filter(isActive);
    const waits = pods.map((pod) => untilAvailable(pod, set.spec.minReadySeconds ?? 0, now));
    const labels = set.spec.template.metadata?.labels ?? {};
    const conditions =
      failure === undefined
        ? withoutCondition(set.status?.conditions, "ReplicaFailure")
        : withCondition(set.status?.conditions, failure, timestamp(this.#server.clock));
    const status = {
      replicas: pods.length,
      fullyLabeledReplicas: pods.filter((pod) => matches({ matchLabels: labels }, pod.metadata.labels))
        .length,
      readyReplicas: pods.filter(isReady).length,
      availableReplicas: waits.filter((wait) => wait === 0).length,
      observedGeneration: set.metadata.generation ?? 0,
      ...(conditions.length === 0 ? {} : { conditions }),
    };
    this.#server.updateStatus({ ...set, status });
    const next = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    return next.length === 0 ? undefined : Math.min(...next);
  }
}

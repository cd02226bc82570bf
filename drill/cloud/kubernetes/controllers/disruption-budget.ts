import type { ApiServer } from "../api/server";
import { ApiError } from "../api/status";
import type { StoreEvent } from "../api/store";
import type { Pod } from "../api/types/pod";
import type { PodDisruptionBudget, ReplicaSet } from "../api/types/workloads";
import { timestamp } from "../api/values/clock";
import { matches } from "../api/values/selectors";
import { withCondition } from "./conditions";
import { type Controller, fromKey, keyOf } from "./loop";
import { controllerOf } from "./owners";
import { isActive, isReady } from "./pods";
import { resolve } from "./replica-arithmetic";

/** Counts how many pods of a budget are healthy, and how many of them may go. */
export class DisruptionBudgetController implements Controller {
  readonly name = "disruption-budget";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "PodDisruptionBudget") yield keyOf(object.metadata);
    if (object.kind !== "Pod" && object.kind !== "ReplicaSet") return;
    for (const budget of this.#server.list<PodDisruptionBudget>(
      "policy/v1",
      "PodDisruptionBudget",
      object.metadata.namespace,
    )) {
      if (matches(budget.spec.selector, object.metadata.labels)) yield keyOf(budget.metadata);
    }
  }

  reconcile(key: string): undefined {
    const budget = this.#server.find<PodDisruptionBudget>({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      ...fromKey(key),
    });
    if (budget === undefined || budget.metadata.deletionTimestamp !== undefined) return;
    const { spec, metadata } = budget;
    const pods = this.#server
      .list<Pod>("v1", "Pod", metadata.namespace)
      .filter((pod) => matches(spec.selector, pod.metadata.labels) && isActive(pod));
    const expected =
      spec.maxUnavailable === undefined && typeof spec.minAvailable !== "string"
        ? pods.length
        : this.#wanted(pods);
    const desired =
      spec.maxUnavailable !== undefined
        ? Math.max(0, expected - resolve(spec.maxUnavailable, expected, Math.ceil))
        : resolve(spec.minAvailable, expected, Math.ceil);
    const healthy = pods.filter(isReady).length;
    const allowed = expected === 0 ? 0 : Math.max(0, healthy - desired);
    const generation = metadata.generation ?? 1;
    const [status, reason] =
      allowed > 0 ? (["True", "SufficientPods"] as const) : (["False", "InsufficientPods"] as const);
    const condition = {
      type: "DisruptionAllowed",
      status,
      observedGeneration: generation,
      reason,
      message: "",
    };
    this.#server.updateStatus({
      ...budget,
      status: {
        observedGeneration: generation,
        disruptionsAllowed: allowed,
        currentHealthy: healthy,
        desiredHealthy: desired,
        expectedPods: expected,
        conditions: withCondition(budget.status?.conditions, condition, timestamp(this.#server.clock)),
      },
    });
  }

  /** How many pods the owners of these pods want in all. */
  #wanted(pods: readonly Pod[]): number {
    const sets = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      const { namespace = "default" } = pod.metadata;
      const set =
        owner === undefined
          ? undefined
          : this.#server.find<ReplicaSet>({
              apiVersion: "apps/v1",
              kind: "ReplicaSet",
              namespace,
              name: owner.name,
            });
      sets.set(owner?.uid ?? pod.metadata.name, set?.spec.replicas ?? 1);
    }
    return [...sets.values()].reduce((sum, replicas) => sum + replicas, 0);
  }
}

/** Takes a pod away in an orderly manner, unless a budget forbids it (429). */
export function evict(server: ApiServer, namespace: string, name: string): void {
  const pod = server.get<Pod>({ apiVersion: "v1", kind: "Pod", namespace, name });
  const budget = server
    .list<PodDisruptionBudget>("policy/v1", "PodDisruptionBudget", namespace)
    .find((each) => matches(each.spec.selector, pod.metadata.labels));
  const { disruptionsAllowed = 1, desiredHealthy = 0, currentHealthy = 0 } = budget?.status ?? {};
  if (budget !== undefined && disruptionsAllowed <= 0 && isReady(pod)) {
    const message = `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
    throw new ApiError(
      429,
      "TooManyRequests",
      "Cannot evict pod as it would violate the pod's disruption budget.",
      {
        causes: [{ field: "", type: "DisruptionBudget", message }],
      },
    );
  }
  server.delete({ apiVersion: "v1", kind: "Pod", namespace, name });
}

import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { Condition } from "../api/types/meta";
import type { Deployment, HorizontalPodAutoscaler } from "../api/types/workloads";
import { timestamp } from "../api/values/clock";
import { withCondition, withoutCondition } from "./conditions";
import { type Controller, fromKey, keyOf } from "./loop";

const PERIOD = 15_000;
const NO_METRICS =
  "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

/**
 * An autoscaler in a cluster without metrics: it brings its target to the bounds, and leaves it alone otherwise – and
 * altogether when somebody has set it to zero.
 */
export class AutoscalerController implements Controller {
  readonly name = "horizontal-pod-autoscaler";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "HorizontalPodAutoscaler") yield keyOf(object.metadata);
    if (object.kind !== "Deployment") return;
    for (const scaler of this.#server.list<HorizontalPodAutoscaler>(
      "autoscaling/v2",
      "HorizontalPodAutoscaler",
      object.metadata.namespace,
    )) {
      if (scaler.spec.scaleTargetRef.name === object.metadata.name) yield keyOf(scaler.metadata);
    }
  }

  reconcile(key: string): number | undefined {
    const scaler = this.#server.find<HorizontalPodAutoscaler>({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      ...fromKey(key),
    });
    if (scaler === undefined || scaler.metadata.deletionTimestamp !== undefined) return undefined;
    const { kind, name, apiVersion = "apps/v1" } = scaler.spec.scaleTargetRef;
    const { namespace } = scaler.metadata;
    const target = this.#server.find<Deployment>({ apiVersion, kind, name, namespace });
    if (target === undefined) {
      const message = `the HPA controller was unable to get the target's current scale: ${kind.toLowerCase()}s.apps "${name}" not found`;
      this.#write(scaler, { desiredReplicas: 0, currentMetrics: null }, [
        condition("AbleToScale", "False", "FailedGetScale", message),
      ]);
      return PERIOD;
    }
    const scalable = condition(
      "AbleToScale",
      "True",
      "SucceededGetScale",
      "the HPA controller was able to get the target's current scale",
    );
    const replicas = target.spec.replicas ?? 1;
    if (replicas === 0) {
      const message = "scaling is disabled since the replica count of the target is zero";
      this.#write(scaler, { desiredReplicas: 0, currentMetrics: null }, [
        scalable,
        condition("ScalingActive", "False", "ScalingDisabled", message),
      ]);
      return undefined;
    }
    const bounded = Math.min(Math.max(replicas, scaler.spec.minReplicas ?? 1), scaler.spec.maxReplicas);
    if (bounded !== replicas) {
      this.#server.scale({ apiVersion, kind, name, namespace }, bounded, {
        fieldManager: "kube-controller-manager",
      });
    }
    const scaled = bounded === replicas ? {} : { lastScaleTime: timestamp(this.#server.clock) };
    const current = target.status?.replicas ?? 0;
    this.#write(
      scaler,
      { ...scaled, currentReplicas: current, desiredReplicas: bounded, currentMetrics: [{ type: "" }] },
      [scalable, condition("ScalingActive", "False", "FailedGetResourceMetric", NO_METRICS)],
    );
    return undefined;
  }

  #write(
    scaler: HorizontalPodAutoscaler,
    status: NonNullable<HorizontalPodAutoscaler["status"]>,
    conditions: readonly Condition[],
  ): void {
    const now = timestamp(this.#server.clock);
    const gone = (scaler.status?.conditions ?? []).filter(
      ({ type }) => !conditions.some((each) => each.type === type),
    );
    const kept = gone.reduce(
      (list, { type }) => withoutCondition(list, type),
      scaler.status?.conditions ?? [],
    );
    const { lastScaleTime } = scaler.status ?? {};
    const next = {
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      ...status,
      conditions: conditions.reduce((list, each) => withCondition(list, each, now), kept),
    };
    this.#server.updateStatus({ ...scaler, status: next });
  }
}

function condition(type: string, status: "True" | "False", reason: string, message: string): Condition {
  return { type, status, reason, message };
}

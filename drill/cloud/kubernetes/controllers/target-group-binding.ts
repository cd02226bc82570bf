import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { EndpointSlice, Service, TargetGroupBinding } from "../api/types/network";
import type { Pod } from "../api/types/pod";
import { targetPort } from "./endpoints";
import { type Controller, fromKey, keyOf } from "./loop";
import { isControlledBy } from "./owners";

export interface Target {
  /** The pod's name. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** The load balancer of the cloud. Targets that are no longer named are drained. */
export interface Edge {
  setTargets(targetGroupArn: string, owner: string, targets: readonly Target[]): void;
}

/** Where a port of a pod is really listening. */
export interface PodAddresses {
  addressOf(
    podUid: string,
    containerPort: number,
  ): { readonly host: string; readonly port: number } | undefined;
}

/** Registers the ready pods of a Service with a target group of the cloud's load balancer. */
export class TargetGroupBindingController implements Controller {
  readonly name = "target-group-binding";
  readonly #server: ApiServer;
  readonly #edge: Edge;
  readonly #addresses: PodAddresses;
  /** Which target group a binding last filled, to empty it when the binding goes or turns to another. */
  readonly #bound = new Map<string, string>();

  constructor(server: ApiServer, edge: Edge, addresses: PodAddresses) {
    this.#server = server;
    this.#edge = edge;
    this.#addresses = addresses;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "TargetGroupBinding") yield keyOf(object.metadata);
    const service =
      object.kind === "EndpointSlice"
        ? object.metadata.labels?.["kubernetes.io/service-name"]
        : object.kind === "Service"
          ? object.metadata.name
          : undefined;
    if (service === undefined) return;
    for (const binding of this.#bindings(object.metadata.namespace)) {
      if (binding.spec.serviceRef.name === service) yield keyOf(binding.metadata);
    }
  }

  reconcile(key: string): undefined {
    const { namespace, name } = fromKey(key);
    const binding = this.#server.find<TargetGroupBinding>({
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "TargetGroupBinding",
      namespace,
      name,
    });
    const arn = binding?.metadata.deletionTimestamp === undefined ? binding?.spec.targetGroupARN : undefined;
    const before = this.#bound.get(key);
    if (before !== undefined && before !== arn) this.#edge.setTargets(before, key, []);
    if (binding === undefined || arn === undefined) {
      this.#bound.delete(key);
      return;
    }
    this.#bound.set(key, arn);
    this.#edge.setTargets(arn, key, this.#targets(binding));
    this.#server.updateStatus({
      ...binding,
      status: { observedGeneration: binding.metadata.generation ?? 1 },
    });
  }

  #bindings(namespace: string | undefined): TargetGroupBinding[] {
    return this.#server.list<TargetGroupBinding>("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", namespace);
  }

  #targets({ metadata: { namespace = "default" }, spec }: TargetGroupBinding): Target[] {
    const service = this.#server.find<Service>({
      apiVersion: "v1",
      kind: "Service",
      namespace,
      name: spec.serviceRef.name,
    });
    const port = service?.spec.ports?.find(
      (each) => each.name === spec.serviceRef.port || each.port === spec.serviceRef.port,
    );
    if (service === undefined || port === undefined) return [];
    const slices = this.#server
      .list<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", namespace)
      .filter((slice) => isControlledBy(slice, service));
    return slices
      .flatMap(({ endpoints }) => endpoints)
      .filter(({ conditions }) => conditions.ready)
      .flatMap(({ targetRef }) => {
        const pod = this.#server.find<Pod>({
          apiVersion: "v1",
          kind: "Pod",
          namespace,
          name: targetRef?.name ?? "",
        });
        const container = pod === undefined ? undefined : targetPort(port, pod);
        const address =
          container === undefined ? undefined : this.#addresses.addressOf(pod?.metadata.uid ?? "", container);
        return address === undefined ? [] : [{ id: pod?.metadata.name ?? "", ...address }];
      });
  }
}

import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { Endpoint, EndpointSlice, Service, ServicePort } from "../api/types/network";
import type { Pod } from "../api/types/pod";
import { same } from "../api/values/json";
import { matchesAll } from "../api/values/selectors";
import { type Controller, fromKey, keyOf } from "./loop";
import { controllerReference, isControlledBy } from "./owners";
import { isReady } from "./pods";

const MANAGER = "endpointslice-controller.k8s.io";

/** Lists in one EndpointSlice a Service which pods stand behind it, and which of them are ready. */
export class EndpointsController implements Controller {
  readonly name = "endpoints";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "Service") yield keyOf(object.metadata);
    if (object.kind === "EndpointSlice")
      yield `${object.metadata.namespace}/${object.metadata.labels?.["kubernetes.io/service-name"]}`;
    if (object.kind !== "Pod") return;
    for (const service of this.#server.list<Service>("v1", "Service", object.metadata.namespace)) {
      const { selector } = service.spec;
      if (selector !== undefined && matchesAll(selector, object.metadata.labels))
        yield keyOf(service.metadata);
    }
  }

  reconcile(key: string): undefined {
    const reference = fromKey(key);
    const service = this.#server.find<Service>({ apiVersion: "v1", kind: "Service", ...reference });
    if (service?.spec.selector === undefined || service.spec.type === "ExternalName") return;
    if (service.metadata.deletionTimestamp !== undefined) return;
    const pods = this.#server
      .list<Pod>("v1", "Pod", reference.namespace)
      .filter((pod) => matchesAll(service.spec.selector ?? {}, pod.metadata.labels) && isListed(pod));
    const [slice] = this.#server
      .list<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", reference.namespace)
      .filter((each) => isControlledBy(each, service));
    const next = sliceOf(service, pods);
    if (slice === undefined) this.#server.create(next, { fieldManager: MANAGER, fieldValidation: "Ignore" });
    else if (!same(slice.endpoints, next.endpoints) || !same(slice.ports, next.ports)) {
      this.#server.update(
        { ...slice, endpoints: next.endpoints, ports: next.ports },
        { fieldManager: MANAGER, fieldValidation: "Ignore" },
      );
    }
  }
}

/** Which port of the pod a port of the Service leads to; undefined when the pod has none of that name. */
export function targetPort({ targetPort: target, port }: ServicePort, pod: Pod): number | undefined {
  if (typeof target === "number") return target;
  if (target === undefined) return port;
  for (const container of pod.spec.containers) {
    const found = container.ports?.find(({ name }) => name === target);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

function isListed({ status }: Pod): boolean {
  return status?.podIP !== undefined && status.phase !== "Succeeded" && status.phase !== "Failed";
}

function sliceOf(service: Service, pods: readonly Pod[]): EndpointSlice {
  const { name, namespace = "default" } = service.metadata;
  const [first] = pods;
  const ports = (service.spec.ports ?? []).flatMap((port) => {
    const target = first === undefined ? undefined : targetPort(port, first);
    return target === undefined
      ? []
      : [{ name: port.name ?? "", protocol: port.protocol ?? "TCP", port: target }];
  });
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "",
      generateName: `${name}-`,
      namespace,
      labels: { "endpointslice.kubernetes.io/managed-by": MANAGER, "kubernetes.io/service-name": name },
      ownerReferences: [controllerReference(service)],
    },
    addressType: "IPv4",
    ports: ports.length === 0 ? null : ports,
    endpoints: pods.map((pod) => endpointOf(pod, service.spec.publishNotReadyAddresses === true)),
  };
}

function endpointOf(pod: Pod, publishNotReady: boolean): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  return {
    addresses: [pod.status?.podIP ?? ""],
    conditions: { ready: publishNotReady || (serving && !terminating), serving, terminating },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: {
      kind: "Pod",
      namespace: pod.metadata.namespace ?? "default",
      name: pod.metadata.name,
      uid: pod.metadata.uid ?? "",
    },
  };
}

import type { ApiServer } from "./api/server";
import type { EndpointSlice, Service } from "./api/types/network";
import type { Pod } from "./api/types/pod";
import { targetPort } from "./controllers/endpoints";
import { isControlledBy } from "./controllers/owners";
import type { PodAddresses } from "./controllers/target-group-binding";
import type { Backend, Backends } from "./kubelet/service-proxy";

/** The ready pods behind Services, remembered until something about the Service or its endpoints changes. */
export function serviceBackends(server: ApiServer, addresses: PodAddresses): Backends {
  const known = new Map<string, readonly Backend[]>();
  server.watch(({ object: { kind, metadata } }) => {
    if (kind !== "EndpointSlice" && kind !== "Service") return;
    const service = kind === "Service" ? metadata.name : metadata.labels?.["kubernetes.io/service-name"];
    for (const key of known.keys())
      if (key.startsWith(`${metadata.namespace}/${service}:`)) known.delete(key);
  });
  return (namespace, name, number) => {
    const key = `${namespace}/${name}:${number}`;
    const found = known.get(key) ?? lookUp(server, addresses, namespace, name, number);
    known.set(key, found);
    return found;
  };
}

function lookUp(
  server: ApiServer,
  addresses: PodAddresses,
  namespace: string,
  name: string,
  number: number,
): readonly Backend[] {
  const service = server.find<Service>({ apiVersion: "v1", kind: "Service", namespace, name });
  const port = service?.spec.ports?.find((each) => each.port === number);
  if (service === undefined || port === undefined) return [];
  return server
    .list<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", namespace)
    .filter((slice) => isControlledBy(slice, service))
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ conditions }) => conditions.ready)
    .flatMap(({ targetRef }) => {
      const pod = server.find<Pod>({ apiVersion: "v1", kind: "Pod", namespace, name: targetRef?.name ?? "" });
      const target = pod === undefined ? undefined : targetPort(port, pod);
      const address = target === undefined ? undefined : addresses.addressOf(pod?.metadata.uid ?? "", target);
      return address === undefined ? [] : [address];
    });
}

import type { Container, Pod, Quantity } from "../api/types/pod";
import { quantity } from "../api/values/quantity";

/** What a pod may know of itself. */
export function downwardField(pod: Pod, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] as "labels" | "annotations"]?.[keyed[2] ?? ""] ?? "";
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return pod.metadata.namespace ?? "default";
    case "metadata.uid":
      return pod.metadata.uid ?? "";
    case "metadata.labels":
      return lines(pod.metadata.labels);
    case "metadata.annotations":
      return lines(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec.serviceAccountName ?? "default";
    case "status.podIP":
    case "status.podIPs":
      return pod.status?.podIP ?? "";
    case "status.hostIP":
    case "status.hostIPs":
      return "127.0.0.1";
    default:
      return "";
  }
}

interface ResourceFieldReference {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: Quantity;
}

/** A request or limit in units of the divisor, rounded up. Without a limit, what the node has. */
export function resourceField(pod: Pod, reference: ResourceFieldReference, self?: Container): string {
  const container = pod.spec.containers.find(({ name }) => name === reference.containerName) ?? self;
  const [side = "limits", name = "cpu"] = reference.resource.split(/\.(.*)/);
  const list = side === "requests" ? container?.resources?.requests : container?.resources?.limits;
  const value = quantity(list?.[name] ?? (name === "memory" ? "4Gi" : name === "cpu" ? "2" : "0"));
  const given = quantity(reference.divisor ?? "0");
  const divisor = given === 0n ? quantity("1") : given;
  return String((value + divisor - 1n) / divisor);
}

function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}

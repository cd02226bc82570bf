import type { Problems } from "./problems";

const CONVERTIBLE = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
  "status.nominatedNodeName",
]);
const RESOURCES = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

interface FieldReference {
  readonly apiVersion?: string;
  readonly fieldPath: string;
}

/** A field of the pod itself; which ones are allowed depends on where it is used. */
export function checkFieldReference(
  at: string,
  { fieldPath }: FieldReference,
  allowed: readonly string[],
  problems: Problems,
): void {
  if (!fieldPath) {
    problems.required(`${at}.fieldPath`);
    return;
  }
  const keyed = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(fieldPath);
  if (keyed !== null) return;
  if (!CONVERTIBLE.has(fieldPath)) {
    problems.invalid(
      `${at}.fieldPath`,
      fieldPath,
      `error converting fieldPath: field label not supported: ${fieldPath}`,
    );
  } else if (!allowed.includes(fieldPath)) problems.unsupported(`${at}.fieldPath`, fieldPath, allowed);
}

interface ResourceReference {
  readonly containerName?: string;
  readonly resource: string;
}

export function checkResourceReference(
  at: string,
  { containerName, resource }: ResourceReference,
  inVolume: boolean,
  problems: Problems,
): void {
  if (inVolume && !containerName) problems.required(`${at}.containerName`);
  if (!resource) problems.required(`${at}.resource`);
  else if (!RESOURCES.includes(resource) && !/^(?:limits|requests)\.hugepages-/.test(resource)) {
    problems.unsupported(`${at}.resource`, resource, RESOURCES);
  }
}

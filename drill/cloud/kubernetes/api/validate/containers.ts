import type { Container, PodSpec, Volume } from "../types/pod";
import { checkDevices, checkMounts } from "./container-mounts";
import { checkHostPorts, checkPorts } from "./container-ports";
import { checkEnvironment } from "./environment";
import { dnsLabel } from "./formats";
import { checkProbes } from "./handlers";
import type { Problems } from "./problems";
import { checkResources } from "./resources";
import { checkSecurityContext } from "./security-context";

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const RESIZED = ["cpu", "memory"];
const RESIZE_POLICIES = ["NotRequired", "RestartContainer"];

export function checkContainers(
  field: string,
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  problems: Problems,
): void {
  const containers = spec.containers ?? [];
  if (containers.length === 0) problems.required(`${field}.containers`);
  const names = new Set<string>();
  const hostPorts = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${field}.containers[${index}]`;
    checkContainer(at, container, spec, volumes, names, problems);
    checkPorts(`${at}.ports`, container, problems);
    checkHostPorts(`${at}.ports`, container, hostPorts, problems);
    if (container.restartPolicy !== undefined) {
      problems.forbidden(`${at}.restartPolicy`, "may not be set for non-init containers");
    }
    checkProbes(at, container, spec.terminationGracePeriodSeconds, problems);
  }
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const at = `${field}.initContainers[${index}]`;
    checkPorts(`${at}.ports`, container, problems);
    // They run one by one, so that each is alone with its ports; the server always names the first.
    checkHostPorts(`${field}.initContainers[0].ports`, container, new Set(), problems);
    checkInitContainer(at, container, spec, volumes, names, problems);
  }
}

function checkInitContainer(
  at: string,
  container: Container,
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  names: Set<string>,
  problems: Problems,
): void {
  checkContainer(at, container, spec, volumes, names, problems);
  problems.oneOfIfGiven(`${at}.restartPolicy`, container.restartPolicy, ["Always"]);
  if (container.restartPolicy === "Always") {
    checkProbes(at, container, spec.terminationGracePeriodSeconds, problems);
    return;
  }
  for (const name of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
    if (container[name] !== undefined) {
      problems.forbidden(`${at}.${name}`, "may not be set for init containers without restartPolicy=Always");
    }
  }
}

function checkContainer(
  at: string,
  container: Container,
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  names: Set<string>,
  problems: Problems,
): void {
  const { name, image, imagePullPolicy, terminationMessagePolicy } = container;
  if (!name) problems.required(`${at}.name`);
  else {
    problems.texts(`${at}.name`, name, dnsLabel(name));
    if (names.has(name)) problems.duplicate(`${at}.name`, name);
    names.add(name);
  }
  if (!image) problems.required(`${at}.image`);
  problems.oneOf(`${at}.terminationMessagePolicy`, terminationMessagePolicy, [
    "FallbackToLogsOnError",
    "File",
  ]);
  problems.oneOf(`${at}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES);
  checkEnvironment(at, container, problems);
  checkMounts(`${at}.volumeMounts`, container, volumes, problems);
  checkDevices(`${at}.volumeDevices`, container, volumes, problems);
  checkResources(`${at}.resources`, container.resources, problems);
  checkClaims(`${at}.resources.claims`, container.resources?.claims ?? [], spec, problems);
  checkResizing(`${at}.resizePolicy`, container, spec, problems);
  checkSecurityContext(`${at}.securityContext`, container, spec.hostUsers !== false, problems);
}

/** Devices of the pod that the container uses. */
function checkClaims(
  at: string,
  claims: readonly { name?: string }[],
  { resourceClaims = [] }: PodSpec,
  problems: Problems,
): void {
  const names = new Set<string>();
  for (const [index, { name }] of claims.entries()) {
    if (!name) {
      problems.required(`${at}[${index}]`);
      continue;
    }
    if (names.has(name)) problems.duplicate(`${at}[${index}]`, name);
    names.add(name);
    if (!resourceClaims.some((claim) => claim.name === name)) problems.notFound(`${at}[${index}]`, name);
  }
}

/** Whether a container starts again when its processor time or memory changes. */
function checkResizing(
  at: string,
  { resizePolicy = [] }: Container,
  { restartPolicy: pod }: PodSpec,
  problems: Problems,
): void {
  const seen = new Set<string>();
  for (const [index, { resourceName = "", restartPolicy = "" }] of resizePolicy.entries()) {
    if (seen.has(resourceName)) problems.duplicate(`${at}[${index}]`, resourceName);
    seen.add(resourceName);
    problems.oneOf(at, resourceName, RESIZED);
    problems.oneOf(at, restartPolicy, RESIZE_POLICIES);
    if (pod === "Never" && restartPolicy !== "NotRequired")
      problems.invalid(at, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
  }
}

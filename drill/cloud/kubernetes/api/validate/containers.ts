import type { Container, PodSpec } from "../types/pod";
import { checkDevices, checkMounts } from "./container-mounts";
import { checkPorts } from "./container-ports";
import { checkEnvironment } from "./environment";
import { dnsLabel } from "./formats";
import { checkProbes } from "./handlers";
import type { Problems } from "./problems";
import { checkResources } from "./resources";
import { checkSecurityContext } from "./security-context";

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
export function checkContainers(
  field: string,
  spec: PodSpec,
  volumes: ReadonlySet<string>,
  problems: Problems,
): void {
  const containers = spec.containers ?? [];
  if (containers.length === 0) problems.required(`${field}.containers`);
  const names = new Set<string>();
  const hostPorts = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${field}.containers[${index}]`;
    checkContainer(at, container, spec, volumes, names, problems);
    checkPorts(`${at}.ports`, container, spec.hostNetwork === true, hostPorts, problems);
    if (container.restartPolicy !== undefined) {
      problems.forbidden(`${at}.restartPolicy`, "may not be set for non-init containers");
    }
    checkProbes(at, container, spec.terminationGracePeriodSeconds, problems);
  }
  const atStart = new Set<string>();
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    checkPorts(
      `${field}.initContainers[${index}].ports`,
      container,
      spec.hostNetwork === true,
      atStart,
      problems,
    );
    checkInitContainer(`${field}.initContainers[${index}]`, container, spec, volumes, names, problems);
  }
}

function checkInitContainer(
  at: string,
  container: Container,
  spec: PodSpec,
  volumes: ReadonlySet<string>,
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
  volumes: ReadonlySet<string>,
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
  else if (image !== image.trim())
    problems.invalid(`${at}.image`, image, "must not have leading or trailing whitespace");
  problems.oneOf(`${at}.terminationMessagePolicy`, terminationMessagePolicy, [
    "FallbackToLogsOnError",
    "File",
  ]);
  problems.oneOf(`${at}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES);
  checkEnvironment(at, container, problems);
  checkMounts(`${at}.volumeMounts`, container, volumes, problems);
  checkDevices(`${at}.volumeDevices`, container, spec.volumes ?? [], problems);
  checkResources(`${at}.resources`, container.resources, problems);
  checkSecurityContext(`${at}.securityContext`, container, problems);
}

import type { Container, EnvFromSource, EnvVar, KeySelector, PodSpec, VolumeMount } from "../types/pod";
import { dataKey, dnsLabel, dnsSubdomain, portName, portNumber, variableName } from "./formats";
import { checkProbes } from "./handlers";
import type { Problems } from "./problems";
import { checkFieldReference, checkResourceReference } from "./references";
import { checkResources } from "./resources";
import { checkSecurityContext } from "./security-context";

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const ENV_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

export function checkContainers(
  field: string,
  spec: PodSpec,
  volumes: ReadonlySet<string>,
  problems: Problems,
): void {
  const containers = spec.containers ?? [];
  if (containers.length === 0) problems.required(`${field}.containers`);
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${field}.containers[${index}]`;
    checkContainer(at, container, spec, volumes, names, problems);
    if (container.restartPolicy !== undefined) {
      problems.forbidden(`${at}.restartPolicy`, "may not be set for non-init containers");
    }
    checkProbes(at, container, spec.terminationGracePeriodSeconds, problems);
  }
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
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
  const { name, image, imagePullPolicy, terminationMessagePolicy, env = [], envFrom = [] } = container;
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
  checkPorts(`${at}.ports`, container, spec.hostNetwork === true, problems);
  for (const [index, variable] of env.entries()) checkVariable(`${at}.env[${index}]`, variable, problems);
  for (const [index, source] of envFrom.entries()) checkEnvFrom(`${at}.envFrom[${index}]`, source, problems);
  checkMounts(`${at}.volumeMounts`, container, volumes, problems);
  checkResources(`${at}.resources`, container.resources, problems);
  checkSecurityContext(`${at}.securityContext`, container, problems);
}

function checkPorts(at: string, { ports = [] }: Container, hostNetwork: boolean, problems: Problems): void {
  const names = new Set<string>();
  const hosts = new Set<string>();
  for (const [index, { name, containerPort, hostPort, hostIP, protocol }] of ports.entries()) {
    const here = `${at}[${index}]`;
    if (name !== undefined && name !== "") {
      const wrong = portName(name);
      problems.texts(`${here}.name`, name, wrong);
      if (wrong.length === 0 && names.has(name)) problems.duplicate(`${here}.name`, name);
      names.add(name);
    }
    if (!containerPort) problems.required(`${here}.containerPort`);
    else
      for (const message of portNumber(containerPort))
        problems.invalid(`${here}.containerPort`, containerPort, message);
    if (hostPort) {
      for (const message of portNumber(hostPort)) problems.invalid(`${here}.hostPort`, hostPort, message);
      if (hostNetwork && hostPort !== containerPort) {
        problems.invalid(
          `${here}.containerPort`,
          containerPort,
          "must match `hostPort` when `hostNetwork` is true",
        );
      }
      const key = `${protocol}/${hostIP ?? ""}/${hostPort}`;
      if (hosts.has(key)) problems.duplicate(`${here}.hostPort`, key);
      hosts.add(key);
    }
    problems.oneOf(`${here}.protocol`, protocol, PROTOCOLS);
  }
}

function checkVariable(at: string, { name, value, valueFrom }: EnvVar, problems: Problems): void {
  if (!name) problems.required(`${at}.name`);
  else problems.texts(`${at}.name`, name, variableName(name));
  if (valueFrom === undefined) return;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const given = Object.values(valueFrom).filter((source) => source !== undefined).length;
  const here = `${at}.valueFrom`;
  if (given === 0) {
    problems.invalid(
      here,
      "",
      "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
    );
  } else if (value !== undefined && value !== "")
    problems.invalid(here, "", "may not be specified when `value` is not empty");
  else if (given > 1) problems.invalid(here, "", "may not have more than one field specified at a time");
  if (fieldRef !== undefined) checkFieldReference(`${here}.fieldRef`, fieldRef, ENV_FIELDS, problems);
  if (resourceFieldRef !== undefined)
    checkResourceReference(`${here}.resourceFieldRef`, resourceFieldRef, false, problems);
  if (configMapKeyRef !== undefined) checkKeySelector(`${here}.configMapKeyRef`, configMapKeyRef, problems);
  if (secretKeyRef !== undefined) checkKeySelector(`${here}.secretKeyRef`, secretKeyRef, problems);
}

function checkKeySelector(at: string, { name = "", key }: KeySelector, problems: Problems): void {
  problems.texts(`${at}.name`, name, dnsSubdomain(name));
  if (!key) problems.required(`${at}.key`);
  else problems.texts(`${at}.key`, key, dataKey(key));
}

function checkEnvFrom(
  at: string,
  { prefix, configMapRef, secretRef }: EnvFromSource,
  problems: Problems,
): void {
  if (prefix !== undefined && prefix !== "") problems.texts(`${at}.prefix`, prefix, variableName(prefix));
  if (configMapRef !== undefined && secretRef !== undefined) {
    problems.invalid(at, "", "may not have more than one field specified at a time");
  }
  if (configMapRef === undefined && secretRef === undefined) {
    problems.invalid(at, "", "must specify one of: `configMapRef` or `secretRef`");
  }
  for (const [kind, reference] of Object.entries({ configMapRef, secretRef })) {
    if (reference === undefined) continue;
    problems.texts(`${at}.${kind}.name`, reference.name ?? "", dnsSubdomain(reference.name ?? ""));
  }
}

function checkMounts(
  at: string,
  container: Container,
  volumes: ReadonlySet<string>,
  problems: Problems,
): void {
  const paths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const here = `${at}[${index}]`;
    if (!mount.name) problems.required(`${here}.name`);
    else if (!volumes.has(mount.name)) problems.notFound(`${here}.name`, mount.name);
    if (!mount.mountPath) problems.required(`${here}.mountPath`);
    else if (paths.has(mount.mountPath))
      problems.invalid(`${here}.mountPath`, mount.mountPath, "must be unique");
    paths.add(mount.mountPath);
    checkSubPaths(here, mount, problems);
    problems.oneOfIfGiven(`${here}.mountPropagation`, mount.mountPropagation, [
      "Bidirectional",
      "HostToContainer",
      "None",
    ]);
    if (mount.mountPropagation === "Bidirectional" && container.securityContext?.privileged !== true) {
      problems.forbidden(
        `${here}.mountPropagation`,
        "Bidirectional mount propagation is available only to privileged containers",
      );
    }
  }
}

function checkSubPaths(at: string, mount: VolumeMount, problems: Problems): void {
  const { subPath, subPathExpr } = mount;
  if (subPath && subPathExpr)
    problems.invalid(`${at}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive");
  for (const [name, path] of Object.entries({ subPath, subPathExpr })) {
    if (!path) continue;
    if (path.startsWith("/")) problems.invalid(`${at}.${name}`, path, "must be a relative path");
    if (path.split("/").includes("..")) problems.invalid(`${at}.${name}`, path, "must not contain '..'");
  }
}

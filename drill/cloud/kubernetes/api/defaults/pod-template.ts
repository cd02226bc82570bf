import type { Container, Handler, PodSpec, Probe, Volume } from "../types/pod";
import { aggregate, isPodLevelResource } from "../values/pod-resources";

/** Defaults of everything that holds a pod, templates included. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ??= "Always";
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= "ClusterFirst";
  spec.securityContext ??= {};
  spec.schedulerName ??= "default-scheduler";
  if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined)
    spec.serviceAccountName = spec.serviceAccount;
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    defaultContainer(container, spec.hostNetwork === true);
  }
}

/** Defaults of pods alone: what a limit says, a request says too. */
export function defaultPod(spec: PodSpec): void {
  spec.enableServiceLinks ??= true;
  for (const { resources } of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (resources?.limits === undefined) continue;
    resources.requests = { ...resources.limits, ...resources.requests };
  }
  defaultPodRequests(spec);
}

/** What a pod with limits of its own does not ask for as a whole is what its containers ask for, else the limit. */
function defaultPodRequests(spec: PodSpec): void {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  if (spec.resources === undefined || Object.keys(limits).length === 0) return;
  const asked = Object.entries(aggregate(spec, "requests")).filter(
    ([name]) => name === "cpu" || name === "memory",
  );
  const most = Object.entries(limits).filter(([name]) => isPodLevelResource(name));
  const filled = { ...Object.fromEntries(most), ...Object.fromEntries(asked), ...requests };
  if (Object.keys(filled).length > 0) spec.resources.requests = filled;
}

function defaultContainer(container: Container, hostNetwork: boolean): void {
  container.resources ??= {};
  container.terminationMessagePath ??= "/dev/termination-log";
  container.terminationMessagePolicy ??= "File";
  container.imagePullPolicy ??= floatingTag(container.image) ? "Always" : "IfNotPresent";
  for (const port of container.ports ?? []) {
    port.protocol ??= "TCP";
    if (hostNetwork) port.hostPort ??= port.containerPort;
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ??= "v1";
    if (valueFrom?.resourceFieldRef !== undefined) valueFrom.resourceFieldRef.divisor ??= "0";
  }
  for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
    if (probe !== undefined) defaultProbe(probe);
  }
  for (const handler of [container.lifecycle?.preStop, container.lifecycle?.postStart]) {
    if (handler !== undefined) defaultHandler(handler);
  }
}

function defaultProbe(probe: Probe): void {
  defaultHandler(probe);
  if (probe.grpc !== undefined) probe.grpc.service ??= "";
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
}

function defaultHandler({ httpGet }: Handler): void {
  if (httpGet === undefined) return;
  httpGet.path ??= "/";
  httpGet.scheme ??= "HTTP";
}

function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((key) => key === "name")) volume.emptyDir = {};
  for (const source of [volume.configMap, volume.secret, volume.downwardAPI, volume.projected]) {
    if (source !== undefined) source.defaultMode ??= 0o644;
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= "";
  const { ephemeral, image } = volume as {
    ephemeral?: { volumeClaimTemplate?: { spec?: { volumeMode?: string } } };
    image?: { reference?: string; pullPolicy?: string };
  };
  if (ephemeral?.volumeClaimTemplate?.spec !== undefined)
    ephemeral.volumeClaimTemplate.spec.volumeMode ??= "Filesystem";
  if (image !== undefined) image.pullPolicy ??= floatingTag(image.reference) ? "Always" : "IfNotPresent";
  const items = [
    ...(volume.downwardAPI?.items ?? []),
    ...(volume.projected?.sources ?? []).flatMap(({ downwardAPI }) => downwardAPI?.items ?? []),
  ];
  for (const { fieldRef, resourceFieldRef } of items) {
    if (fieldRef !== undefined) fieldRef.apiVersion ??= "v1";
    if (resourceFieldRef !== undefined) resourceFieldRef.divisor ??= "0";
  }
  for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
    if (serviceAccountToken !== undefined) serviceAccountToken.expirationSeconds ??= 3600;
  }
}

/** Without a digest, no tag and the tag `latest` may be another image tomorrow. */
function floatingTag(image: string | undefined): boolean {
  if (image === undefined || image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

import type { ApiServer } from "./api/server";
import type { Service } from "./api/types/network";
import type { Pod } from "./api/types/pod";
import { controllerOf } from "./controllers/owners";
import { isReady } from "./controllers/pods";
import type { Kubelet } from "./kubelet/kubelet";
import type { ServiceProxy } from "./kubelet/service-proxy";

/** Kinds that are more than an entry: something happens because of them. The others are validated and recorded. */
const EXECUTED = new Set([
  "Namespace",
  "Pod",
  "Deployment",
  "ReplicaSet",
  "Job",
  "CronJob",
  "ConfigMap",
  "Secret",
  "Service",
  "EndpointSlice",
  "TargetGroupBinding",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
  "ResourceQuota",
  "LimitRange",
  "PriorityClass",
  "CustomResourceDefinition",
]);

/** The cluster's share of the cloud's state, for people and reports. Holds no secret. */
export function clusterState(
  server: ApiServer,
  kubelet: Kubelet,
  proxy: ServiceProxy,
  replicaCap: number | undefined,
): Readonly<Record<string, unknown>> {
  const pods = server.list<Pod>("v1", "Pod").map((pod) => describe(pod, kubelet));
  const recorded: Record<string, number> = {};
  for (const { kind } of server.all()) if (!EXECUTED.has(kind)) recorded[kind] = (recorded[kind] ?? 0) + 1;
  return {
    pods,
    services: server.list<Service>("v1", "Service").map(({ metadata, spec }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      type: spec.type,
      addresses: proxy
        .list()
        .filter(({ service }) => service === `${metadata.namespace}/${metadata.name}`)
        .map(({ port, address }) => ({ port, address })),
    })),
    kubernetes: {
      executedKinds: [...EXECUTED],
      recorded,
      replicaCap: replicaCap ?? null,
      podsNotRun: pods.filter(({ represented }) => represented).length,
    },
  };
}

function describe(pod: Pod, kubelet: Kubelet) {
  const uid = pod.metadata.uid ?? "";
  const run = kubelet.runOf(uid);
  return {
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    owner: controllerOf(pod)?.name ?? null,
    image: pod.spec.containers[0]?.image ?? null,
    phase: pod.metadata.deletionTimestamp === undefined ? (pod.status?.phase ?? "Pending") : "Terminating",
    ready: isReady(pod),
    restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    process: run?.processIds[0] ?? null,
    ports: Object.fromEntries(
      [...(run?.ports ?? [])].map(([port, local]) => [String(port), `127.0.0.1:${local}`]),
    ),
    represented: kubelet.isRepresented(uid),
  };
}

import type { ApiServer } from "../../api/server";
import type { Condition } from "../../api/types/meta";
import type { EndpointSlice, Service } from "../../api/types/network";
import type { Pod } from "../../api/types/pod";
import type { Deployment, Job, ReplicaSet } from "../../api/types/workloads";
import { conditionOf, isTrue } from "../../controllers/conditions";
import { controllerOf, isControlledBy } from "../../controllers/owners";
import type { LogFolder } from "../../kubelet/log-file";
import { type Judge, READY, type Verdict } from "./wait";

const LAST_LINES = 12;

/** When objects of a kind count as done; undefined: as soon as they are written. */
export function judgeOf(kind: string, server: ApiServer, logs: LogFolder): Judge | undefined {
  switch (kind) {
    case "Deployment":
      return (object) => deployment(object as Deployment, server, logs);
    case "Job":
      return (object) => job(object as Job, server, logs);
    case "Service":
      return (object) => service(object as Service, server);
    case "Pod":
      return (object) => pod(object as Pod, logs);
    default:
      return undefined;
  }
}

function deployment(object: Deployment, server: ApiServer, logs: LogFolder): Verdict {
  const { status, metadata } = object;
  const observed = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const progressing = conditionOf(status?.conditions, "Progressing");
  const rolled =
    object.spec.progressDeadlineSeconds === undefined ||
    progressing?.reason === "NewReplicaSetAvailable" ||
    object.spec.paused === true;
  const updated =
    (status?.updatedReplicas ?? 0) >= (object.spec.replicas ?? 1) || object.spec.paused === true;
  if (observed && isTrue(status?.conditions, "Available") && rolled && updated) return READY;
  const pods = podsOf(object, server);
  const failures = (status?.conditions ?? []).filter(
    ({ type, status: value }) =>
      (type === "ReplicaFailure" && value === "True") || (type === "Progressing" && value === "False"),
  );
  return {
    state: "waiting",
    reasons: [
      ...failures.map(conditionText),
      ...notReady(pods, logs),
      `${status?.updatedReplicas ?? 0} of ${object.spec.replicas ?? 1} replicas are of the new template, ${status?.availableReplicas ?? 0} are available`,
    ],
  };
}

function job(object: Job, server: ApiServer, logs: LogFolder): Verdict {
  const { conditions } = object.status ?? {};
  if (isTrue(conditions, "Complete")) return READY;
  const failed = conditionOf(conditions, "Failed");
  const pods = server
    .list<Pod>("v1", "Pod", object.metadata.namespace)
    .filter((each) => isControlledBy(each, object));
  const lines = pods.slice(-1).flatMap((each) => lastLines(each, logs));
  const reasons = failed?.status === "True" ? [conditionText(failed), ...lines] : [...notReady(pods, logs)];
  // Only these two end the wait at once; a Job given up for another reason is waited for until the time is over.
  const final =
    failed?.status === "True" && ["BackoffLimitExceeded", "DeadlineExceeded"].includes(failed.reason ?? "");
  return final ? { state: "failed", reasons } : { state: "waiting", reasons };
}

function service(object: Service, server: ApiServer): Verdict {
  const { spec, metadata } = object;
  if (
    spec.type === "ExternalName" ||
    spec.clusterIP === "None" ||
    Object.keys(spec.selector ?? {}).length === 0
  )
    return READY;
  const endpoints = server
    .list<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", metadata.namespace)
    .filter((slice) => isControlledBy(slice, object))
    .flatMap((slice) => slice.endpoints);
  const pending = endpoints.filter(({ conditions }) => !conditions.ready && !conditions.terminating).length;
  if (endpoints.length > pending && pending === 0) return READY;
  const why = endpoints.length === 0 ? "no pod matches its selector" : `${pending} of its pods are not ready`;
  return { state: "waiting", reasons: [`Service ${metadata.name} has no settled endpoints: ${why}`] };
}

function pod(object: Pod, logs: LogFolder): Verdict {
  if (isTrue(object.status?.conditions, "Ready") || object.status?.phase === "Succeeded") return READY;
  const reasons = notReady([object], logs);
  return object.status?.phase === "Failed"
    ? { state: "failed", reasons: [...reasons, ...lastLines(object, logs)] }
    : { state: "waiting", reasons };
}

function podsOf(owner: Deployment, server: ApiServer): Pod[] {
  const sets = server
    .list<ReplicaSet>("apps/v1", "ReplicaSet", owner.metadata.namespace)
    .filter((set) => isControlledBy(set, owner));
  const uids = new Set(sets.map(({ metadata }) => metadata.uid ?? ""));
  return server
    .list<Pod>("v1", "Pod", owner.metadata.namespace)
    .filter((each) => uids.has(controllerOf(each)?.uid ?? ""));
}

/** One line for every pod that is not ready, with what its containers say. */
function notReady(pods: readonly Pod[], logs: LogFolder): string[] {
  return pods
    .filter(({ status }) => !isTrue(status?.conditions, "Ready") && status?.phase !== "Succeeded")
    .slice(0, 3)
    .flatMap((each) => {
      const states = [
        ...(each.status?.initContainerStatuses ?? []),
        ...(each.status?.containerStatuses ?? []),
      ]
        .filter(({ ready, state }) => !ready && state?.terminated?.exitCode !== 0)
        .map(({ name, state, lastState, restartCount }) => {
          const { waiting, terminated } = state ?? {};
          const exit = terminated ?? lastState?.terminated;
          const what =
            waiting === undefined
              ? terminated === undefined
                ? "is running, not ready"
                : "ended"
              : `waits: ${waiting.reason}`;
          const more = [
            waiting?.message,
            exit === undefined ? undefined : `last exit code ${exit.exitCode}`,
            restartCount > 0 ? `${restartCount} restarts` : undefined,
          ];
          return `container ${name} ${[what, ...more.filter((part) => part !== undefined)].join(", ")}`;
        });
      const crashed = (each.status?.containerStatuses ?? []).some(
        ({ lastState, state }) => (lastState?.terminated ?? state?.terminated) !== undefined,
      );
      return [
        `Pod ${each.metadata.name}: ${states.join("; ") || (each.status?.phase ?? "Pending")}`,
        ...(crashed ? lastLines(each, logs) : []),
      ];
    });
}

function lastLines(each: Pod, logs: LogFolder): string[] {
  return each.spec.containers.flatMap(({ name }) => {
    const lines = logs.tail(each.metadata.namespace ?? "default", each.metadata.name, name, LAST_LINES);
    return lines.length === 0
      ? []
      : [`last lines of ${each.metadata.name}:\n${lines.map((line) => `  ${line}`).join("\n")}`];
  });
}

function conditionText({ type, reason, message }: Condition): string {
  return `${type}: ${reason ?? ""}${message === undefined || message === "" ? "" : `: ${message}`}`;
}

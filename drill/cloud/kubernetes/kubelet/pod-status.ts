import type { Condition } from "../api/types/meta";
import type { Container, ContainerStatus, Pod, PodStatus } from "../api/types/pod";
import { withCondition } from "../controllers/conditions";

/** The state of a container before it has run. */
export function waitingStatus({ name, image }: Container, reason: string, message?: string): ContainerStatus {
  const waiting = { reason, ...(message === undefined ? {} : { message }) };
  return { name, image, imageID: "", ready: false, started: false, restartCount: 0, state: { waiting } };
}

/** The status of a pod whose containers are in these states. */
export function podStatus(
  pod: Pod,
  containers: readonly ContainerStatus[],
  initialised: readonly ContainerStatus[],
  now: string,
): PodStatus {
  const phase = phaseOf(pod, containers, initialised);
  const initDone = initialised.every(
    ({ state }) => state?.terminated?.exitCode === 0 || state?.running !== undefined,
  );
  const ready = phase === "Running" && containers.every((each) => each.ready);
  const ended = phase === "Succeeded" || phase === "Failed";
  const conditions: Condition[] = [
    { type: "PodScheduled", status: "True" },
    {
      type: "Initialized",
      status: initDone ? "True" : "False",
      ...(phase === "Succeeded" ? { reason: "PodCompleted" } : {}),
    },
    readiness("ContainersReady", ready, ended, phase),
    readiness("Ready", ready, ended, phase),
  ];
  return {
    ...pod.status,
    phase,
    conditions: conditions.reduce(
      (list, condition) => withCondition(list, condition, now),
      pod.status?.conditions ?? [],
    ),
    containerStatuses: [...containers],
    ...(initialised.length === 0 ? {} : { initContainerStatuses: [...initialised] }),
  };
}

function readiness(type: string, ready: boolean, ended: boolean, phase: string): Condition {
  if (ready) return { type, status: "True" };
  const reason = ended ? (phase === "Succeeded" ? "PodCompleted" : "PodFailed") : "ContainersNotReady";
  return { type, status: "False", reason };
}

function phaseOf(
  pod: Pod,
  containers: readonly ContainerStatus[],
  initialised: readonly ContainerStatus[],
): NonNullable<PodStatus["phase"]> {
  const policy = pod.spec.restartPolicy ?? "Always";
  const failedInit = initialised.some(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (failedInit && policy === "Never") return "Failed";
  const states = containers.map(({ state }) => state);
  if (states.some((state) => state?.running !== undefined)) return "Running";
  const codes = states.map((state) => state?.terminated?.exitCode);
  if (codes.every((code): code is number => code !== undefined) && codes.length > 0) {
    if (policy === "Always") return "Running";
    if (codes.every((code) => code === 0)) return "Succeeded";
    return policy === "Never" ? "Failed" : "Running";
  }
  return containers.some(({ restartCount }) => restartCount > 0) ? "Running" : "Pending";
}

import type { Condition } from "../api/types/meta";
import type { Deployment, DeploymentStatus, ReplicaSet } from "../api/types/workloads";
import { type Clock, timestamp } from "../api/values/clock";
import { same } from "../api/values/json";
import { conditionOf, withCondition, withoutCondition } from "./conditions";
import { counted, maxUnavailable, wanted } from "./replica-arithmetic";
import { bareTemplate } from "./template";

interface Result {
  readonly deployment: Deployment;
  /** Milliseconds until the deadline has to be looked at. */
  readonly again: number | undefined;
}

/** The status while only the size changes, or the Deployment is paused: nothing is said about progress. */
export function scalingStatus(deployment: Deployment, sets: readonly ReplicaSet[], clock: Clock): Result {
  return { deployment: { ...deployment, status: counts(deployment, sets, clock) }, again: undefined };
}

/** The status in a rollout, with what is to be said about its progress. */
export function rolloutStatus(deployment: Deployment, sets: readonly ReplicaSet[], clock: Clock): Result {
  const now = timestamp(clock);
  const status = counts(deployment, sets, clock);
  const deadline = deployment.spec.progressDeadlineSeconds;
  const current = conditionOf(status.conditions, "Progressing");
  const newest = newestOf(deployment, sets);
  const name =
    newest === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${newest.metadata.name}"`;
  const over =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === "NewReplicaSetAvailable";
  let again: number | undefined;
  if (deadline === undefined) status.conditions = withoutCondition(status.conditions, "Progressing");
  else if (!over) {
    const say = (value: "True" | "False", reason: string, message: string): void => {
      const condition: Condition = {
        type: "Progressing",
        status: value,
        reason,
        message,
        lastUpdateTime: now,
      };
      status.conditions = withCondition(status.conditions, condition, now);
    };
    if (isComplete(deployment, status))
      say("True", "NewReplicaSetAvailable", `${name} has successfully progressed.`);
    else if (isProgressing(deployment.status ?? {}, status)) {
      // Progress starts the deadline anew, even when the condition says the same.
      const since = current?.status === "True" ? (current.lastTransitionTime ?? now) : now;
      const condition: Condition = {
        type: "Progressing",
        status: "True",
        reason: "ReplicaSetUpdated",
        message: `${name} is progressing.`,
        lastUpdateTime: now,
        lastTransitionTime: since,
      };
      status.conditions = [...withoutCondition(status.conditions, "Progressing"), condition];
      again = deadline * 1000 + 1000;
    } else if (current !== undefined && current.reason !== "NewReplicaSetAvailable") {
      const left = Date.parse(current.lastUpdateTime ?? now) + deadline * 1000 - clock.now();
      if (current.reason !== "ProgressDeadlineExceeded" && left <= 0)
        say("False", "ProgressDeadlineExceeded", `${name} has timed out progressing.`);
      else if (left > 0) again = left + 1000;
    }
  }
  const failure = sets
    .map((set) => conditionOf(set.status?.conditions, "ReplicaFailure"))
    .find((each) => each !== undefined);
  status.conditions =
    failure === undefined
      ? withoutCondition(status.conditions, "ReplicaFailure")
      : withCondition(status.conditions, { ...failure, lastUpdateTime: now }, now);
  return { deployment: { ...deployment, status }, again };
}

function counts(deployment: Deployment, sets: readonly ReplicaSet[], clock: Clock): DeploymentStatus {
  const now = timestamp(clock);
  const available = counted(sets, "availableReplicas");
  const newest = newestOf(deployment, sets);
  const enough = available >= (deployment.spec.replicas ?? 1) - maxUnavailable(deployment);
  const condition: Condition = enough
    ? {
        type: "Available",
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
  return compact({
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: counted(sets, "replicas"),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: counted(sets, "readyReplicas"),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted(sets) - available),
    conditions: withCondition(deployment.status?.conditions, { ...condition, lastUpdateTime: now }, now),
  });
}

/** Counts of zero are left out, as the API does. */
function compact(status: DeploymentStatus): DeploymentStatus {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0)) as DeploymentStatus;
}

function newestOf(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets.find((set) => same(bareTemplate(set.spec.template), bareTemplate(deployment.spec.template)));
}

function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  const replicas = spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { Pod } from "../api/types/pod";
import type { Deployment, ReplicaSet } from "../api/types/workloads";
import { timestamp } from "../api/values/clock";
import { copy, same } from "../api/values/json";
import { matches } from "../api/values/selectors";
import { conditionOf, withCondition } from "./conditions";
import { rolloutStatus, scalingStatus } from "./deployment-status";
import { type Controller, fromKey, keyOf } from "./loop";
import { controllerOf, controllerReference, isControlledBy } from "./owners";
import { isActive } from "./pods";
import { newSize, oldSizes, proportionalSizes, wanted } from "./replica-arithmetic";
import { bareTemplate, newReplicaSet, REVISION, revisionOf, sizeAnnotations } from "./template";

const MANAGER = "kube-controller-manager";

/** Rolls pods of one template out over those of another, as fast as the bounds allow. Never rolls back by itself. */
export class DeploymentController implements Controller {
  readonly name = "deployment";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "Deployment") yield keyOf(object.metadata);
    const owner = controllerOf(object);
    if (object.kind === "ReplicaSet" && owner?.kind === "Deployment")
      yield `${object.metadata.namespace}/${owner.name}`;
    // The last pod of an old set that goes may be what a Recreate waits for.
    if (object.kind === "Pod" && owner?.kind === "ReplicaSet") {
      const { namespace = "" } = object.metadata;
      const set = this.#server.find({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        namespace,
        name: owner.name,
      });
      const top = set === undefined ? undefined : controllerOf(set);
      if (top !== undefined) yield `${namespace}/${top.name}`;
    }
  }

  reconcile(key: string): number | undefined {
    const deployment = this.#find(key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
    if (this.#markPause(deployment)) return undefined;
    const sets = this.#claim(deployment);
    const current = sets.find((set) =>
      same(bareTemplate(set.spec.template), bareTemplate(deployment.spec.template)),
    );
    const old = sets.filter((set) => set !== current).sort((a, b) => revisionOf(a) - revisionOf(b));
    if (deployment.spec.paused === true || isScaled(deployment, sets)) {
      this.#rescale(deployment, current, old);
      return this.#write(key, (fresh) => scalingStatus(fresh, this.#sets(fresh), this.#server.clock));
    }
    const recreates = deployment.spec.strategy?.type === "Recreate";
    if (!recreates || this.#isEmptied(deployment, old)) {
      const next = this.#syncRevision(deployment, current, old);
      if (next === undefined) return undefined;
      if (recreates) this.#fill(deployment, next, old);
      else this.#roll(deployment, next, old);
    }
    return this.#write(key, (fresh) => rolloutStatus(fresh, this.#sets(fresh), this.#server.clock));
  }

  #find(key: string): Deployment | undefined {
    return this.#server.find<Deployment>({ apiVersion: "apps/v1", kind: "Deployment", ...fromKey(key) });
  }

  #sets(deployment: Deployment): ReplicaSet[] {
    return this.#server
      .list<ReplicaSet>("apps/v1", "ReplicaSet", deployment.metadata.namespace)
      .filter((set) => isControlledBy(set, deployment) && set.metadata.deletionTimestamp === undefined);
  }

  /** Sets that match and belong to nobody, as after an orphaning deletion, are adopted. */
  #claim(deployment: Deployment): ReplicaSet[] {
    for (const set of this.#server.list<ReplicaSet>("apps/v1", "ReplicaSet", deployment.metadata.namespace)) {
      if (controllerOf(set) !== undefined || !matches(deployment.spec.selector, set.metadata.labels))
        continue;
      const ownerReferences = [...(set.metadata.ownerReferences ?? []), controllerReference(deployment)];
      this.#server.update(
        { ...set, metadata: { ...set.metadata, ownerReferences } },
        { fieldManager: MANAGER },
      );
    }
    return this.#sets(deployment);
  }

  /** Writes the status when it says something new; the answer: when a deadline has to be looked at. */
  #write(
    key: string,
    statusOf: (deployment: Deployment) => { deployment: Deployment; again: number | undefined },
  ): number | undefined {
    const fresh = this.#find(key);
    if (fresh === undefined) return undefined;
    const { deployment, again } = statusOf(fresh);
    this.#server.updateStatus(deployment);
    return again;
  }

  /** A pause and its end show in a condition of their own. Answers whether it wrote one. */
  #markPause(deployment: Deployment): boolean {
    const current = conditionOf(deployment.status?.conditions, "Progressing");
    if (deployment.spec.progressDeadlineSeconds === undefined) return false;
    const paused = deployment.spec.paused === true;
    const shown = current?.reason === "DeploymentPaused";
    if (current?.reason === "ProgressDeadlineExceeded" || paused === shown) return false;
    const now = timestamp(this.#server.clock);
    const condition = paused
      ? { reason: "DeploymentPaused", message: "Deployment is paused" }
      : { reason: "DeploymentResumed", message: "Deployment is resumed" };
    const conditions = withCondition(
      deployment.status?.conditions,
      { type: "Progressing", status: "Unknown", ...condition, lastUpdateTime: now },
      now,
    );
    this.#server.updateStatus({ ...deployment, status: { ...deployment.status, conditions } });
    return true;
  }

  /** The set of the wanted template, created if need be, with the newest revision; undefined when this was all for now. */
  #syncRevision(
    deployment: Deployment,
    current: ReplicaSet | undefined,
    old: readonly ReplicaSet[],
  ): ReplicaSet | undefined {
    const revision = Math.max(0, ...old.map(revisionOf)) + 1;
    if (current !== undefined) {
      const annotations = { ...current.metadata.annotations };
      if (revisionOf(current) < revision) annotations[REVISION] = String(revision);
      const next = { ...current, metadata: { ...current.metadata, annotations } };
      const kept = same(next, current)
        ? current
        : this.#server.update(next, { fieldManager: MANAGER }).object;
      this.#announce(
        deployment,
        kept,
        "FoundNewReplicaSet",
        `Found new replica set "${kept.metadata.name}"`,
        false,
      );
      return kept;
    }
    const set = newReplicaSet(deployment, revision, newSize(deployment, old, 0));
    const created = this.#server.create(set, { fieldManager: MANAGER, fieldValidation: "Ignore" }).object;
    this.#announce(
      deployment,
      created,
      "NewReplicaSetCreated",
      `Created new replica set "${created.metadata.name}"`,
      true,
    );
    return undefined;
  }

  #announce(deployment: Deployment, set: ReplicaSet, reason: string, message: string, always: boolean): void {
    const now = timestamp(this.#server.clock);
    const known = conditionOf(deployment.status?.conditions, "Progressing");
    const say = deployment.spec.progressDeadlineSeconds !== undefined && (always || known === undefined);
    const conditions = say
      ? withCondition(
          deployment.status?.conditions,
          { type: "Progressing", status: "True", reason, message, lastUpdateTime: now },
          now,
        )
      : deployment.status?.conditions;
    const revision = set.metadata.annotations?.[REVISION] ?? "1";
    const renamed = deployment.metadata.annotations?.[REVISION] !== revision;
    if (renamed) {
      const annotations = { ...deployment.metadata.annotations, [REVISION]: revision };
      this.#server.update(
        { ...deployment, metadata: { ...deployment.metadata, annotations } },
        { fieldManager: MANAGER },
      );
    }
    if (say && conditions !== undefined) {
      const fresh = this.#find(keyOf(deployment.metadata));
      if (fresh !== undefined)
        this.#server.updateStatus({ ...fresh, status: { ...fresh.status, conditions } });
    }
  }

  #roll(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): void {
    const size = current.spec.replicas ?? 0;
    const replicas = deployment.spec.replicas ?? 1;
    const next = size > replicas ? replicas : newSize(deployment, [...old, current], size);
    if (next !== size) {
      this.#resize(deployment, current, next);
      return;
    }
    const living = old.filter((set) => (set.spec.replicas ?? 0) > 0);
    for (const [set, smaller] of oldSizes(deployment, current, living))
      this.#resize(deployment, set, smaller);
    this.#forget(deployment, current, old);
  }

  /** All old pods go, and are gone, before a new one comes. */
  #isEmptied(deployment: Deployment, old: readonly ReplicaSet[]): boolean {
    for (const set of old) this.#resize(deployment, set, 0);
    const owners = new Set(old.map((set) => set.metadata.uid));
    return !this.#server
      .list<Pod>("v1", "Pod", deployment.metadata.namespace)
      .some(
        (pod) =>
          owners.has(controllerOf(pod)?.uid ?? "") &&
          (isActive(pod) || pod.metadata.deletionTimestamp !== undefined),
      );
  }

  #fill(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): void {
    this.#resize(deployment, current, deployment.spec.replicas ?? 1);
    this.#forget(deployment, current, old);
  }

  #rescale(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): void {
    const all = current === undefined ? [...old] : [...old, current];
    const active = all.filter((set) => (set.spec.replicas ?? 0) > 0);
    const newest = current ?? old.at(-1);
    const only = active.length === 0 ? newest : active.length === 1 ? active[0] : undefined;
    const replicas = deployment.spec.replicas ?? 1;
    if (only !== undefined) {
      this.#resize(deployment, only, replicas);
      return;
    }
    if (deployment.spec.strategy?.type === "Recreate") return;
    if (
      current !== undefined &&
      (current.status?.availableReplicas ?? 0) === replicas &&
      current.spec.replicas === replicas
    ) {
      for (const set of old) this.#resize(deployment, set, 0);
      return;
    }
    if (wanted(active) === 0) return;
    for (const [set, size] of proportionalSizes(deployment, active)) this.#resize(deployment, set, size);
  }

  #resize(deployment: Deployment, set: ReplicaSet, replicas: number): void {
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
    if ((set.spec.replicas ?? 0) === replicas && same(annotations, set.metadata.annotations ?? {})) return;
    const next = copy(set);
    next.spec.replicas = replicas;
    next.metadata.annotations = annotations;
    this.#server.update(next, { fieldManager: MANAGER });
  }

  /** Empty old sets beyond the history limit go once the rollout is over. */
  #forget(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): void {
    if ((current.status?.availableReplicas ?? 0) !== (deployment.spec.replicas ?? 1)) return;
    const empty = old.filter((set) => (set.spec.replicas ?? 0) === 0 && (set.status?.replicas ?? 0) === 0);
    const surplus = empty.length - (deployment.spec.revisionHistoryLimit ?? 10);
    for (const set of empty.slice(0, Math.max(0, surplus))) this.#server.delete({ ...set, ...set.metadata });
  }
}

function isScaled(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const expected = sizeAnnotations(deployment)["deployment.kubernetes.io/desired-replicas"];
  return sets.some(
    (set) =>
      (set.spec.replicas ?? 0) > 0 &&
      set.metadata.annotations?.["deployment.kubernetes.io/desired-replicas"] !== expected,
  );
}

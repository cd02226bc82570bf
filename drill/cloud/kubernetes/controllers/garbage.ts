import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { KubernetesObject } from "../api/types/meta";
import type { Controller } from "./loop";

const MANAGER = "kube-controller-manager";

/** Removes what belongs to owners that are gone, and carries out deletions that wait for dependents. */
export class GarbageCollector implements Controller {
  readonly name = "garbage-collector";
  readonly #server: ApiServer;
  readonly #byKey = new Map<string, { apiVersion: string; kind: string; name: string; namespace?: string }>();

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ type, object }: StoreEvent): Iterable<string> {
    if (type === "DELETED") {
      for (const dependent of this.#dependents(object)) yield this.#remember(dependent);
      for (const owner of object.metadata.ownerReferences ?? []) {
        yield this.#remember({ ...owner, metadata: { name: owner.name, ...inNamespace(object) } });
      }
      return;
    }
    const waits = (object.metadata.finalizers ?? []).some(
      (name) => name === "foregroundDeletion" || name === "orphan",
    );
    if (waits || object.metadata.ownerReferences !== undefined) yield this.#remember(object);
  }

  reconcile(key: string): undefined {
    const reference = this.#byKey.get(key);
    const object = reference === undefined ? undefined : this.#server.find(reference);
    if (object === undefined) {
      this.#byKey.delete(key);
      return;
    }
    const finalizers = object.metadata.finalizers ?? [];
    if (object.metadata.deletionTimestamp === undefined) this.#collect(object);
    else if (finalizers.includes("orphan")) this.#orphan(object);
    else if (finalizers.includes("foregroundDeletion")) this.#foreground(object);
  }

  /** An object none of whose owners is there any more goes too. */
  #collect(object: KubernetesObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const there = owners.some((owner) => {
      const found = this.#server.find({ ...owner, ...inNamespace(object) }) ?? this.#server.find(owner);
      return found?.metadata.uid === owner.uid;
    });
    if (!there) this.#server.delete(referenceOf(object), { propagation: "Background" });
  }

  #foreground(owner: KubernetesObject): void {
    const dependents = this.#dependents(owner);
    for (const dependent of dependents) {
      if (dependent.metadata.deletionTimestamp === undefined) {
        const propagation = dependent.kind === "Pod" ? "Background" : "Foreground";
        this.#server.delete(referenceOf(dependent), { propagation });
      }
    }
    const blocking = this.#dependents(owner).filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
      ),
    );
    if (blocking.length === 0) this.#release(owner, "foregroundDeletion");
  }

  #orphan(owner: KubernetesObject): void {
    for (const dependent of this.#dependents(owner)) {
      const { ownerReferences = [], ...metadata } = dependent.metadata;
      const rest = ownerReferences.filter(({ uid }) => uid !== owner.metadata.uid);
      const next = {
        ...dependent,
        metadata: rest.length === 0 ? metadata : { ...metadata, ownerReferences: rest },
      };
      this.#server.update(next, { fieldManager: MANAGER, fieldValidation: "Ignore" });
    }
    this.#release(owner, "orphan");
  }

  #release(object: KubernetesObject, finalizer: string): void {
    const fresh = this.#server.find(referenceOf(object));
    if (fresh === undefined) return;
    const rest = (fresh.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    const { finalizers: _all, ...metadata } = fresh.metadata;
    const next = { ...fresh, metadata: rest.length === 0 ? metadata : { ...metadata, finalizers: rest } };
    this.#server.update(next, { fieldManager: MANAGER, fieldValidation: "Ignore" });
  }

  #dependents(owner: KubernetesObject): KubernetesObject[] {
    return [...this.#server.all()].filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
    );
  }

  #remember(object: KubernetesObject): string {
    const reference = referenceOf(object);
    const key = `${reference.apiVersion}/${reference.kind}/${reference.namespace ?? ""}/${reference.name}`;
    this.#byKey.set(key, reference);
    return key;
  }
}

function referenceOf(object: KubernetesObject): {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
} {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...inNamespace(object),
  };
}

function inNamespace({ metadata }: KubernetesObject): { namespace?: string } {
  return metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
}

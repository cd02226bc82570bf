import { markDeleted } from "./deletion";
import { applyConfiguration, transferred } from "./ownership/managers";
import type { Answer, DeleteOptions, Reference, WriteOptions } from "./requests";
import { forbidden, notFound } from "./status";
import type { Persistence } from "./store";
import type { KubernetesObject } from "./types/meta";
import { type Clock, timestamp } from "./values/clock";
import { mergePatch, same } from "./values/json";
import { Writes } from "./writes";

export type { Answer, DeleteOptions, Propagation, Reference, WriteOptions } from "./requests";

export interface ApiServerOptions {
  readonly persistence?: Persistence;
  readonly clock?: Clock;
}

/**
 * The API server: judges requests as Kubernetes 1.34 does and keeps the objects. All of it is synchronous; what it
 * refuses it throws as ApiError.
 */
export class ApiServer extends Writes {
  constructor(options: ApiServerOptions = {}) {
    super(options.persistence, options.clock);
    for (const name of ["default", "kube-system", "kube-public"]) this.#ensureNamespace(name);
  }

  /** POST. */
  create<T extends KubernetesObject>(input: T, options: WriteOptions = {}): Answer<T> {
    const kind = this.kindOf(input);
    const decoded = this.types.decode(input, kind, options.fieldValidation ?? "Strict");
    return this.insert(kind, decoded.object, options, "Update", decoded.warnings) as Answer<T>;
  }

  /** PATCH with a server-side apply: creates what is not there. */
  apply<T extends KubernetesObject>(input: T, options: WriteOptions = {}): Answer<T> {
    const kind = this.kindOf(input);
    const type = this.types.typeOf(kind);
    const configuration = this.types.checkApplied(input, kind, options.fieldValidation ?? "Strict");
    const named = this.placed(kind, configuration.object);
    const live = this.live(kind, named.metadata.name, named.metadata.namespace);
    const writer = this.writer(kind, options);
    if (live === undefined) {
      if (named.metadata.resourceVersion !== undefined)
        throw notFound(kind.plural, kind.group, named.metadata.name);
      const merged = applyConfiguration(undefined, named, type, writer, true);
      this.types.checkConversion(merged, kind);
      return this.insert(
        kind,
        this.types.decode(merged, kind, "Ignore").object,
        options,
        "Apply",
        configuration.warnings,
      ) as Answer<T>;
    }
    const merged = applyConfiguration(live, named, type, writer, options.force ?? false);
    this.types.checkConversion(merged, kind);
    const next = this.types.decode(merged, kind, "Ignore").object;
    return this.replace(kind, live, next, options, configuration.warnings, true) as Answer<T>;
  }

  /** PUT. */
  update<T extends KubernetesObject>(input: T, options: WriteOptions = {}): Answer<T> {
    const kind = this.kindOf(input);
    const { object, warnings } = this.types.decode(input, kind, options.fieldValidation ?? "Strict");
    const placed = this.placed(kind, object);
    const live = this.mustFind(kind, placed.metadata.name, placed.metadata.namespace);
    return this.replace(kind, live, placed, options, warnings, false) as Answer<T>;
  }

  /** PATCH with a JSON merge patch. `status` is written through its own subresource alone. */
  patch<T extends KubernetesObject>(
    reference: Reference,
    patch: object,
    options: WriteOptions = {},
    subresource?: "status",
  ): Answer<T> {
    const kind = this.kindOf(reference);
    const live = this.mustFind(kind, reference.name, reference.namespace);
    const merged = mergePatch(live, patch) as KubernetesObject;
    merged.metadata.name = reference.name;
    const { object, warnings } = this.types.decode(merged, kind, options.fieldValidation ?? "Strict");
    if (subresource === "status") return { ...this.updateStatus(object as T), warnings };
    return this.replace(kind, live, object, options, warnings, false) as Answer<T>;
  }

  /**
   * Gives the fields that `from` has written to `to`, as applied ones: what a client does that creates by POST and
   * updates by server-side apply, so that a field it leaves out later is removed.
   */
  transferOwnership(reference: Reference, from: string, to: string): void {
    const kind = this.kindOf(reference);
    const live = this.live(kind, reference.name, reference.namespace);
    const entry = live?.metadata.managedFields?.find(
      (each) => each.manager === from && each.operation === "Update" && each.subresource === undefined,
    );
    if (live === undefined || entry === undefined) return;
    this.keep(kind, transferred(live, entry, to));
  }

  /** Sets `spec.replicas` as the subresource `scale` does. */
  scale(reference: Reference, replicas: number, options: WriteOptions = {}): Answer {
    const kind = this.kindOf(reference);
    const live = this.mustFind(kind, reference.name, reference.namespace);
    const next = mergePatch(live, { spec: { replicas } }) as KubernetesObject;
    return this.replace(kind, live, next, options, [], false, "scale");
  }

  /** Replaces the status alone. No validation: only controllers write it. */
  updateStatus<T extends KubernetesObject>(object: T): Answer<T> {
    const kind = this.kindOf(object);
    const live = this.mustFind(kind, object.metadata.name, object.metadata.namespace) as KubernetesObject & {
      status?: unknown;
    };
    const { status } = object as KubernetesObject & { status?: unknown };
    const next = { ...live, metadata: { ...live.metadata }, status };
    if (!same(next.status, live.status)) this.keep(kind, next);
    return {
      status: 200,
      object: this.mustFind(kind, object.metadata.name, object.metadata.namespace) as T,
      warnings: [],
    };
  }

  /** DELETE. Objects with finalizers, and pods with a grace period, stay until those are over. */
  delete(reference: Reference, options: DeleteOptions = {}): Answer {
    const kind = this.kindOf(reference);
    const live = this.mustFind(kind, reference.name, reference.namespace);
    if (kind.kind === "Namespace" && ["default", "kube-system", "kube-public"].includes(reference.name)) {
      throw forbidden(kind.plural, "", reference.name, "this namespace may not be deleted");
    }
    const next = markDeleted(live, options, timestamp(this.clock));
    if (options.dryRun !== true) {
      if (next === undefined) this.store.remove(this.key(kind, reference.name, live.metadata.namespace));
      else if (!same(next, live)) this.keep(kind, next);
    }
    return { status: 200, object: next ?? live, warnings: [] };
  }

  /** Gives a pod to a node, as the subresource `binding` does. */
  bind<T extends KubernetesObject>(pod: T): T {
    const kind = this.kindOf(pod);
    this.keep(kind, { ...pod, metadata: { ...pod.metadata } });
    return this.mustFind(kind, pod.metadata.name, pod.metadata.namespace) as T;
  }

  /** Takes a pod away whose processes have ended; one that finalizers hold stays, as ended. */
  removePod(reference: Reference, uid: string): void {
    const live = this.find(reference);
    if (live === undefined || live.metadata.uid !== uid) return;
    if ((live.metadata.finalizers ?? []).length === 0) {
      this.store.remove(this.key(this.kindOf(reference), reference.name, reference.namespace));
      return;
    }
    const { status } = live as KubernetesObject & { status?: { phase?: string } };
    if (status?.phase !== "Succeeded")
      this.updateStatus({ ...live, status: { ...status, phase: "Failed" } } as KubernetesObject);
  }

  /** Takes all objects of a resource away, as when its definition goes. */
  removeAll(group: string, plural: string): void {
    for (const key of this.store.keys()) if (key.startsWith(`${group}/${plural}/`)) this.store.remove(key);
  }

  /** Takes a namespace away whose content is gone. */
  finalizeNamespace(name: string): void {
    const kind = this.kindOf({ apiVersion: "v1", kind: "Namespace" });
    this.store.remove(this.key(kind, name, undefined));
  }

  #ensureNamespace(name: string): void {
    if (this.find({ apiVersion: "v1", kind: "Namespace", name }) !== undefined) return;
    this.create(
      { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      { fieldManager: "kube-apiserver" },
    );
  }
}

import { ServiceAddresses } from "./addresses";
import { type Admission, admissionOf } from "./admission";
import { Definitions } from "./custom/definitions";
import { markDeleted } from "./deletion";
import { apiVersionOf, type ResourceKind } from "./kinds";
import { Objects } from "./objects";
import { applyConfiguration, recordUpdate, transferred, type Writer } from "./ownership/managers";
import type { Answer, DeleteOptions, Reference, WriteOptions } from "./requests";
import { ApiError, alreadyExists, conflict, forbidden, notFound } from "./status";
import type { Persistence } from "./store";
import { bearTemplateLabels, prepareForCreate, prepareForUpdate } from "./strategy";
import { TypeSystem } from "./type-system";
import type { KubernetesObject } from "./types/meta";
import type { Service } from "./types/network";
import type { Namespace } from "./types/store";
import type { Job } from "./types/workloads";
import { validate } from "./validate";
import { type Clock, REAL_CLOCK, timestamp } from "./values/clock";
import { copy, mergePatch, same } from "./values/json";
import { newUid, randomSuffix } from "./values/names";

export type { Answer, DeleteOptions, Propagation, Reference, WriteOptions } from "./requests";

export interface ApiServerOptions {
  readonly persistence?: Persistence;
  readonly clock?: Clock;
}

/**
 * The API server: judges requests as Kubernetes 1.34 does and keeps the objects. All of it is synchronous; what it
 * refuses it throws as ApiError.
 */
export class ApiServer extends Objects {
  readonly clock: Clock;
  readonly #definitions = new Definitions(this.kinds);
  readonly #types = new TypeSystem(this.#definitions);
  readonly #admission: Admission;
  readonly #addresses: ServiceAddresses;

  constructor(options: ApiServerOptions = {}) {
    super(options.persistence);
    this.clock = options.clock ?? REAL_CLOCK;
    this.#addresses = new ServiceAddresses(() => this.list<Service>("v1", "Service"));
    this.#admission = admissionOf(this);
    this.#definitions.follow(this.store, this.clock);
    for (const name of ["default", "kube-system", "kube-public"]) this.#ensureNamespace(name);
  }

  /** POST. */
  create<T extends KubernetesObject>(input: T, options: WriteOptions = {}): Answer<T> {
    const kind = this.kindOf(input);
    const decoded = this.#types.decode(input, kind, options.fieldValidation ?? "Strict");
    return this.#create(kind, decoded.object, options, "Update", decoded.warnings) as Answer<T>;
  }

  /** PATCH with a server-side apply: creates what is not there. */
  apply<T extends KubernetesObject>(input: T, options: WriteOptions = {}): Answer<T> {
    const kind = this.kindOf(input);
    const type = this.#types.typeOf(kind);
    const configuration = this.#types.checkApplied(input, kind, options.fieldValidation ?? "Strict");
    const named = this.placed(kind, configuration.object);
    const live = this.live(kind, named.metadata.name, named.metadata.namespace);
    const writer = this.#writer(kind, options);
    if (live === undefined) {
      if (named.metadata.resourceVersion !== undefined)
        throw notFound(kind.plural, kind.group, named.metadata.name);
      const merged = applyConfiguration(undefined, named, type, writer, true);
      this.#types.checkConversion(merged, kind);
      return this.#create(
        kind,
        this.#types.decode(merged, kind, "Ignore").object,
        options,
        "Apply",
        configuration.warnings,
      ) as Answer<T>;
    }
    const merged = applyConfiguration(live, named, type, writer, options.force ?? false);
    this.#types.checkConversion(merged, kind);
    const next = this.#types.decode(merged, kind, "Ignore").object;
    return this.#update(kind, live, next, options, configuration.warnings, true) as Answer<T>;
  }

  /** PUT. */
  update<T extends KubernetesObject>(input: T, options: WriteOptions = {}): Answer<T> {
    const kind = this.kindOf(input);
    const { object, warnings } = this.#types.decode(input, kind, options.fieldValidation ?? "Strict");
    const placed = this.placed(kind, object);
    const live = this.mustFind(kind, placed.metadata.name, placed.metadata.namespace);
    return this.#update(kind, live, placed, options, warnings, false) as Answer<T>;
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
    const { object, warnings } = this.#types.decode(merged, kind, options.fieldValidation ?? "Strict");
    if (subresource === "status") return { ...this.updateStatus(object as T), warnings };
    return this.#update(kind, live, object, options, warnings, false) as Answer<T>;
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
    return this.#update(kind, live, next, options, [], false, "scale");
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

  #create(
    kind: ResourceKind,
    object: KubernetesObject,
    options: WriteOptions,
    operation: "Apply" | "Update",
    given: readonly string[],
  ): Answer {
    const next = this.placed(kind, object);
    const warnings = [...given];
    if (!next.metadata.name && next.metadata.generateName)
      next.metadata.name = `${next.metadata.generateName}${randomSuffix()}`;
    next.metadata.name ??= "";
    this.checkNamespace(kind, next);
    next.metadata.uid = newUid();
    next.metadata.creationTimestamp = timestamp(this.clock);
    return this.#withWarnings(warnings, () => {
      this.#types.complete(next, kind);
      this.#admission.mutate(next, undefined);
      prepareForCreate(kind, next, this.#addresses);
      validate(next, undefined, kind, this.#types, () => this.list<Service>("v1", "Service"), warnings);
      this.#admission.check(next, undefined, warnings);
      if (this.live(kind, next.metadata.name, next.metadata.namespace) !== undefined) {
        throw alreadyExists(kind.plural, kind.group, next.metadata.name);
      }
      this.#types.complete(next, kind);
      bearTemplateLabels(next as Job);
      const owned =
        operation === "Apply"
          ? next
          : recordUpdate(undefined, next, this.#types.typeOf(kind), this.#writer(kind, options));
      if (options.dryRun !== true) this.keep(kind, owned);
      return { status: 201, object: owned, warnings };
    });
  }

  #update(
    kind: ResourceKind,
    live: KubernetesObject,
    input: KubernetesObject,
    options: WriteOptions,
    given: readonly string[],
    applied: boolean,
    subresource?: string,
  ): Answer {
    let next = copy(input);
    const warnings = [...given];
    const { resourceVersion } = next.metadata;
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      const why =
        "the object has been modified; please apply your changes to the latest version and try again";
      throw conflict(kind.plural, kind.group, live.metadata.name, why);
    }
    return this.#withWarnings(warnings, () => {
      if (live.metadata.resourceVersion !== undefined)
        next.metadata.resourceVersion = live.metadata.resourceVersion;
      if (!applied && live.metadata.managedFields !== undefined)
        next.metadata.managedFields = live.metadata.managedFields;
      this.#types.complete(next, kind);
      this.#admission.mutate(next, live);
      prepareForUpdate(kind, next, live, this.#addresses);
      validate(next, live, kind, this.#types, () => this.list<Service>("v1", "Service"), warnings);
      this.#admission.check(next, live, warnings);
      bearTemplateLabels(next as Job);
      if (!applied)
        next = recordUpdate(live, next, this.#types.typeOf(kind), this.#writer(kind, options, subresource));
      const gone =
        next.metadata.deletionTimestamp !== undefined &&
        (next.metadata.finalizers ?? []).length === 0 &&
        !isRunningPod(next);
      if (options.dryRun !== true) {
        if (gone && !this.#heldByNamespace(next))
          this.store.remove(this.key(kind, next.metadata.name, next.metadata.namespace));
        else if (!same(next, live)) this.keep(kind, next);
      }
      return { status: 200, object: same(next, live) ? live : next, warnings };
    });
  }

  /** A namespace goes when its controller has emptied it, whatever finalizers others take off. */
  #heldByNamespace(object: KubernetesObject): boolean {
    return object.kind === "Namespace" && ((object as Namespace).spec?.finalizers ?? []).length > 0;
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

  #writer(kind: ResourceKind, options: WriteOptions, subresource?: string): Writer {
    return {
      manager: options.fieldManager ?? "unknown",
      apiVersion: apiVersionOf(kind),
      time: timestamp(this.clock),
      ...(subresource === undefined ? {} : { subresource }),
    };
  }

  #withWarnings(warnings: readonly string[], work: () => Answer): Answer {
    try {
      return work();
    } catch (problem) {
      throw problem instanceof ApiError && warnings.length > 0 ? problem.withWarnings(warnings) : problem;
    }
  }

  #ensureNamespace(name: string): void {
    if (this.find({ apiVersion: "v1", kind: "Namespace", name }) !== undefined) return;
    this.create(
      { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      { fieldManager: "kube-apiserver" },
    );
  }
}

/** A pod on its way out that its node still has to stop. */
function isRunningPod(object: KubernetesObject): boolean {
  if (object.kind !== "Pod") return false;
  const { spec, status } = object as KubernetesObject & {
    spec: { nodeName?: string };
    status?: { phase?: string };
  };
  return spec.nodeName !== undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

import { ServiceAddresses } from "./addresses";
import { type Admission, admissionOf } from "./admission";
import { Definitions } from "./custom/definitions";
import { apiVersionOf, type ResourceKind } from "./kinds";
import { Objects } from "./objects";
import { recordUpdate, type Writer } from "./ownership/managers";
import type { Answer, WriteOptions } from "./requests";
import { ApiError, alreadyExists, conflict } from "./status";
import type { Persistence } from "./store";
import { bearTemplateLabels, prepareForCreate, prepareForUpdate } from "./strategy";
import { TypeSystem } from "./type-system";
import type { KubernetesObject } from "./types/meta";
import type { Service } from "./types/network";
import type { Namespace } from "./types/store";
import type { Job } from "./types/workloads";
import { validate } from "./validate";
import { type Clock, REAL_CLOCK, timestamp } from "./values/clock";
import { copy, same } from "./values/json";
import { newUid, randomSuffix } from "./values/names";

/** The way of a new object, or of a new state of one, into the store: defaults, admission, validation, ownership. */
export class Writes extends Objects {
  readonly clock: Clock;
  protected readonly types: TypeSystem;
  readonly #admission: Admission;
  readonly #addresses: ServiceAddresses;

  constructor(persistence: Persistence | undefined, clock: Clock = REAL_CLOCK) {
    super(persistence);
    this.clock = clock;
    const definitions = new Definitions(this.kinds);
    this.types = new TypeSystem(definitions);
    this.#addresses = new ServiceAddresses(() => this.list<Service>("v1", "Service"));
    this.#admission = admissionOf(this);
    definitions.follow(this.store, this.clock);
  }

  protected insert(
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
      this.types.complete(next, kind);
      this.#admission.mutate(next, undefined);
      prepareForCreate(kind, next, this.#addresses);
      validate(next, undefined, kind, this.types, () => this.list<Service>("v1", "Service"), warnings);
      this.#admission.check(next, undefined, warnings);
      if (this.live(kind, next.metadata.name, next.metadata.namespace) !== undefined) {
        throw alreadyExists(kind.plural, kind.group, next.metadata.name);
      }
      this.types.complete(next, kind);
      bearTemplateLabels(next as Job);
      const owned =
        operation === "Apply"
          ? next
          : recordUpdate(undefined, next, this.types.typeOf(kind), this.writer(kind, options));
      if (options.dryRun !== true) this.keep(kind, owned);
      return { status: 201, object: owned, warnings };
    });
  }

  protected replace(
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
      this.types.complete(next, kind);
      this.#admission.mutate(next, live);
      prepareForUpdate(kind, next, live, this.#addresses);
      validate(next, live, kind, this.types, () => this.list<Service>("v1", "Service"), warnings);
      this.#admission.check(next, live, warnings);
      bearTemplateLabels(next as Job);
      if (!applied)
        next = recordUpdate(live, next, this.types.typeOf(kind), this.writer(kind, options, subresource));
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

  protected writer(kind: ResourceKind, options: WriteOptions, subresource?: string): Writer {
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

import { Kinds, type ResourceKind } from "./kinds";
import type { Reference } from "./requests";
import { ApiError, forbidden, notFound } from "./status";
import { type Persistence, Store, type StoreEvent } from "./store";
import type { KubernetesObject, LabelSelector } from "./types/meta";
import type { Namespace } from "./types/store";
import { matches } from "./values/selectors";

/** The objects of the cluster by kind, namespace and name: finding them, and keeping them. Judges nothing. */
export class Objects {
  readonly kinds = new Kinds();
  protected readonly store: Store;

  constructor(persistence: Persistence | undefined) {
    this.store = new Store(persistence);
  }

  get version(): string {
    return this.store.version;
  }

  find<T extends KubernetesObject>(reference: Reference): T | undefined {
    const kind = this.kinds.find(reference.apiVersion, reference.kind);
    return kind === undefined
      ? undefined
      : (this.live(kind, reference.name, reference.namespace) as T | undefined);
  }

  get<T extends KubernetesObject>(reference: Reference): T {
    const kind = this.kindOf(reference);
    return this.mustFind(kind, reference.name, reference.namespace) as T;
  }

  list<T extends KubernetesObject>(
    apiVersion: string,
    name: string,
    namespace?: string,
    selector?: LabelSelector,
  ): T[] {
    const found: T[] = [];
    for (const object of this.store.all()) {
      if (object.kind !== name || object.apiVersion !== apiVersion) continue;
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      if (selector === undefined || matches(selector, object.metadata.labels)) found.push(object as T);
    }
    return found;
  }

  all(): IterableIterator<KubernetesObject> {
    return this.store.all();
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    return this.store.listen(listener);
  }

  protected keep(kind: ResourceKind, object: KubernetesObject): void {
    this.store.put(this.key(kind, object.metadata.name, object.metadata.namespace), object);
  }

  protected kindOf({ apiVersion, kind: name }: Pick<Reference, "apiVersion" | "kind">): ResourceKind {
    const found = this.kinds.find(apiVersion, name);
    if (found !== undefined) return found;
    const group = apiVersion?.includes("/") ? apiVersion.split("/")[0] : "";
    if (this.kinds.all().some((each) => each.group === group)) {
      throw new ApiError(404, "NotFound", "the server could not find the requested resource");
    }
    throw new ApiError(404, "", "404 page not found\n");
  }

  protected live(
    kind: ResourceKind,
    name: string,
    namespace: string | undefined,
  ): KubernetesObject | undefined {
    return this.store.get(this.key(kind, name, namespace));
  }

  protected mustFind(kind: ResourceKind, name: string, namespace: string | undefined): KubernetesObject {
    const found = this.live(kind, name, namespace);
    if (found === undefined) throw notFound(kind.plural, kind.group, name);
    return found;
  }

  protected key(kind: ResourceKind, name: string, namespace: string | undefined): string {
    return [kind.group || "core", kind.plural, kind.namespaced ? (namespace ?? "default") : "-", name].join(
      "/",
    );
  }

  /** A copy in the namespace it belongs to. */
  protected placed(kind: ResourceKind, object: KubernetesObject): KubernetesObject {
    const metadata = { ...object.metadata };
    if (kind.namespaced) metadata.namespace ??= "default";
    else delete metadata.namespace;
    return { ...object, metadata };
  }

  protected checkNamespace(kind: ResourceKind, object: KubernetesObject): void {
    const name = object.metadata.namespace;
    if (!kind.namespaced || name === undefined) return;
    const namespace = this.find<Namespace>({ apiVersion: "v1", kind: "Namespace", name });
    if (namespace === undefined) throw notFound("namespaces", "", name);
    if (namespace.metadata.deletionTimestamp === undefined) return;
    const why = `unable to create new content in namespace ${name} because it is being terminated`;
    const cause = {
      type: "NamespaceTerminating",
      message: `namespace ${name} is being terminated`,
      field: "metadata.namespace",
    };
    throw forbidden(kind.plural, kind.group, object.metadata.name, why, [cause]);
  }
}

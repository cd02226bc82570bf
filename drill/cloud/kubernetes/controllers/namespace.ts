import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { Condition, KubernetesObject } from "../api/types/meta";
import type { Namespace } from "../api/types/store";
import { timestamp } from "../api/values/clock";
import type { Controller } from "./loop";

/** Empties a namespace that is to go, and says what it still waits for. */
export class NamespaceController implements Controller {
  readonly name = "namespace";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ type, object }: StoreEvent): Iterable<string> {
    if (object.kind === "Namespace" && object.metadata.deletionTimestamp !== undefined)
      yield object.metadata.name;
    const { namespace } = object.metadata;
    if (namespace === undefined || type === "ADDED") return;
    const home = this.#server.find<Namespace>({ apiVersion: "v1", kind: "Namespace", name: namespace });
    if (home?.metadata.deletionTimestamp !== undefined) yield namespace;
  }

  reconcile(name: string): number | undefined {
    const namespace = this.#server.find<Namespace>({ apiVersion: "v1", kind: "Namespace", name });
    if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
    for (const object of this.#content(name)) {
      if (object.metadata.deletionTimestamp === undefined)
        this.#server.delete({ ...object, ...object.metadata });
    }
    const left = this.#content(name);
    if (left.length === 0) {
      this.#server.finalizeNamespace(name);
      return undefined;
    }
    const now = timestamp(this.#server.clock);
    const before = namespace.status?.conditions ?? [];
    const conditions = describe(left, (kind) => this.#plural(kind)).map((condition) => {
      const old = before.find(({ type }) => type === condition.type);
      const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
      return { ...condition, lastTransitionTime: since ?? now };
    });
    this.#server.updateStatus({ ...namespace, status: { ...namespace.status, conditions } });
    return 5_000;
  }

  #content(name: string): KubernetesObject[] {
    return [...this.#server.all()].filter(({ metadata }) => metadata.namespace === name);
  }

  #plural({ apiVersion, kind }: KubernetesObject): string {
    const found = this.#server.kinds.find(apiVersion, kind);
    return found === undefined ? kind : `${found.plural}.${found.group}`;
  }
}

function describe(
  left: readonly KubernetesObject[],
  plural: (object: KubernetesObject) => string,
): Condition[] {
  const kinds = tally(left.map(plural));
  const finalizers = tally(left.flatMap(({ metadata }) => metadata.finalizers ?? []));
  const fine = (type: string, reason: string, message: string): Condition => ({
    type,
    status: "False",
    reason,
    message,
  });
  return [
    fine("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    fine(
      "NamespaceDeletionGroupVersionParsingFailure",
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ),
    fine(
      "NamespaceDeletionContentFailure",
      "ContentDeleted",
      "All content successfully deleted, may be waiting on finalization",
    ),
    {
      type: "NamespaceContentRemaining",
      status: "True",
      reason: "SomeResourcesRemain",
      message: `Some resources are remaining: ${[...kinds].map(([kind, count]) => `${kind} has ${count} resource instances`).join(", ")}`,
    },
    finalizers.size === 0
      ? fine(
          "NamespaceFinalizersRemaining",
          "ContentHasNoFinalizers",
          "All content-preserving finalizers finished",
        )
      : {
          type: "NamespaceFinalizersRemaining",
          status: "True",
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${[...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).join(", ")}`,
        },
  ];
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...names].sort()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

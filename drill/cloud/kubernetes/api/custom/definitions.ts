import type { Kinds, ResourceKind } from "../kinds";
import type { TypeNode } from "../schema/type-node";
import type { Store } from "../store";
import type { KubernetesObject } from "../types/meta";
import type { Clock } from "../values/clock";
import type { Definition, DefinitionVersion } from "./definition";
import { INSTALLED_DEFINITIONS } from "./installed";
import { type StructuralSchema, schemaType } from "./structural-schema";

interface Served {
  readonly schema: StructuralSchema;
  readonly type: TypeNode;
}

/** The kinds that CustomResourceDefinitions add: those installed with the cluster, and those a program creates. */
export class Definitions {
  readonly #served = new Map<string, Served>();

  constructor(readonly kinds: Kinds) {
    for (const definition of INSTALLED_DEFINITIONS) this.#serve(definition);
  }

  /** Serves the definitions of the store, now and as they come and go. */
  follow(store: Store, _clock: Clock): void {
    for (const object of store.all()) if (isDefinition(object)) this.#serve(object);
    store.listen(({ type, object, previous }) => {
      if (!isDefinition(object)) return;
      if (previous !== undefined) this.#withdraw(previous as Definition);
      if (type !== "DELETED") this.#serve(object);
    });
  }

  schemaOf(kind: ResourceKind): StructuralSchema {
    return this.#served.get(keyOf(kind))?.schema ?? {};
  }

  typeOf(kind: ResourceKind): TypeNode {
    return this.#served.get(keyOf(kind))?.type ?? { kind: "any" };
  }

  #serve({ spec }: Definition): void {
    for (const version of spec.versions ?? []) {
      if (!version.served) continue;
      const kind = kindOf(spec, version);
      const schema = version.schema?.openAPIV3Schema ?? {
        "x-kubernetes-preserve-unknown-fields": true,
        type: "object",
      };
      this.kinds.add(kind);
      this.#served.set(keyOf(kind), { schema, type: schemaType(schema) });
    }
  }

  #withdraw({ spec }: Definition): void {
    for (const version of spec.versions ?? []) {
      this.kinds.remove(`${spec.group}/${version.name}`, spec.names.kind);
      this.#served.delete(keyOf(kindOf(spec, version)));
    }
  }
}

function isDefinition(object: KubernetesObject): object is Definition {
  return object.kind === "CustomResourceDefinition";
}

function kindOf(spec: Definition["spec"], version: DefinitionVersion): ResourceKind {
  return {
    group: spec.group,
    version: version.name,
    kind: spec.names.kind,
    plural: spec.names.plural,
    namespaced: spec.scope === "Namespaced",
    table: undefined,
    generation: true,
    statusSubresource: version.subresources?.status !== undefined,
  };
}

function keyOf({ group, version, kind }: Pick<ResourceKind, "group" | "version" | "kind">): string {
  return `${group}/${version}/${kind}`;
}

import type { Definitions } from "./custom/definitions";
import { applySchemaDefaults, prune } from "./custom/structural-schema";
import { applyDefaults } from "./defaults";
import { apiVersionOf, type ResourceKind } from "./kinds";
import { convertible, decode, unknownFields } from "./schema/decode";
import { normalise } from "./schema/normalise";
import { type TypeNode, tableType } from "./schema/type-node";
import { checkTypedPatch } from "./schema/typed-patch";
import { badRequest } from "./status";
import type { Fields, KubernetesObject } from "./types/meta";
import { copy } from "./values/json";

type FieldValidation = "Strict" | "Warn" | "Ignore";

interface Decoded {
  readonly object: KubernetesObject;
  readonly warnings: readonly string[];
}

/** Reads what a client sends into the types of the API, and fills in what the API fills in. */
export class TypeSystem {
  constructor(readonly definitions: Definitions) {}

  typeOf(kind: ResourceKind): TypeNode {
    if (kind.table !== undefined) return tableType(kind.table);
    return this.definitions.typeOf(kind);
  }

  /** The object as the API's types hold it; unknown fields and wrong types are refused. The input stays as it is. */
  decode(input: KubernetesObject, kind: ResourceKind, validation: FieldValidation): Decoded {
    const fields = input as unknown as Fields;
    const type = this.typeOf(kind);
    const custom = kind.table === undefined;
    const unknown = custom
      ? unknownFields(fields, type)
      : decode(fields, type, kind.kind, kind.version).unknown;
    const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (texts.length > 0 && validation === "Strict") {
      throw badRequest(
        `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${texts.join(", ")}`,
      );
    }
    const clean = custom
      ? prune(copy(fields), this.definitions.schemaOf(kind))
      : normalise(copy(fields), type);
    const object = clean as KubernetesObject;
    object.apiVersion = apiVersionOf(kind);
    object.kind = kind.kind;
    object.metadata ??= {} as KubernetesObject["metadata"];
    return { object, warnings: validation === "Warn" ? texts : [] };
  }

  /** What a server-side apply checks before it merges. */
  checkApplied(input: KubernetesObject, kind: ResourceKind, _validation: FieldValidation): Decoded {
    const { namespace, name } = input.metadata ?? { name: "" };
    const where = kind.namespaced ? `${namespace ?? "default"}/${name}` : `/${name}`;
    checkTypedPatch(input as unknown as Fields, this.typeOf(kind), where, groupVersionKind(kind));
    return { object: copy(input), warnings: [] };
  }

  /** What a server-side apply finds when it reads the merged object into the API's types. */
  checkConversion(object: KubernetesObject, kind: ResourceKind): void {
    if (kind.table === undefined) return;
    const { namespace, name } = object.metadata;
    const where = kind.namespaced ? `${namespace}/${name}` : `/${name}`;
    convertible(object as unknown as Fields, this.typeOf(kind), kind.kind, where, groupVersion(kind));
  }

  /** Defaults, in place. */
  complete(object: KubernetesObject, kind: ResourceKind): void {
    if (kind.table === undefined) {
      applySchemaDefaults(object, this.definitions.schemaOf(kind));
      return;
    }
    applyDefaults(object);
    const { metadata } = object;
    const clean = normalise(object as unknown as Fields, this.typeOf(kind));
    for (const key of Object.keys(object)) if (!(key in clean)) delete (object as unknown as Fields)[key];
    Object.assign(object, clean, { metadata: { ...(clean.metadata as object), ...keepManaged(metadata) } });
  }
}

/** Field sets are not data of the object's type. */
function keepManaged(metadata: KubernetesObject["metadata"]): Partial<KubernetesObject["metadata"]> {
  return metadata.managedFields === undefined ? {} : { managedFields: metadata.managedFields };
}

function groupVersion(kind: ResourceKind): string {
  return `${kind.group}/${kind.version}`;
}

function groupVersionKind(kind: ResourceKind): string {
  return `${groupVersion(kind)}, Kind=${kind.kind}`;
}

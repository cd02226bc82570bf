import type { FieldTypes, ListMerge, TypeNode } from "../schema/type-node";
import { tableType } from "../schema/type-node";
import { type Fields, isFields } from "../types/meta";
import { copy } from "../values/json";

/** The part of OpenAPI v3 that a CustomResourceDefinition may use. */
export interface StructuralSchema {
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: boolean | StructuralSchema;
  items?: StructuralSchema;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  allOf?: StructuralSchema[];
  anyOf?: StructuralSchema[];
  oneOf?: StructuralSchema[];
  not?: StructuralSchema;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-embedded-resource"?: boolean;
  "x-kubernetes-list-type"?: string;
  "x-kubernetes-list-map-keys"?: string[];
  "x-kubernetes-map-type"?: string;
  "x-kubernetes-validations"?: ValidationRule[];
}

export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** The type of an object of the schema, with the fields that every object has. */
export function schemaType(schema: StructuralSchema): TypeNode {
  const body = typeOf({ ...schema, type: "object" });
  const common: Readonly<Record<string, TypeNode>> = {
    apiVersion: { kind: "string" },
    kind: { kind: "string" },
    metadata: tableType("V1ObjectMeta"),
  };
  const inner: FieldTypes = body.kind === "struct" ? body.fields : { get: () => undefined };
  return {
    kind: "struct",
    name: "",
    atomic: false,
    fields: { get: (name) => common[name] ?? inner.get(name) },
  };
}

function typeOf(schema: StructuralSchema): TypeNode {
  if (schema["x-kubernetes-int-or-string"] === true) return { kind: "intOrString" };
  switch (schema.type) {
    case "string":
      return { kind: "string" };
    case "boolean":
      return { kind: "boolean" };
    case "integer":
      return { kind: "int64" };
    case "number":
      return { kind: "double" };
    case "array":
      return { kind: "list", merge: mergeOf(schema), element: typeOf(schema.items ?? {}) };
    case "object":
      return objectType(schema);
    default:
      return { kind: "any" };
  }
}

function objectType(schema: StructuralSchema): TypeNode {
  const atomic = schema["x-kubernetes-map-type"] === "atomic";
  const { properties = {}, additionalProperties } = schema;
  if (isFields(additionalProperties)) {
    return { kind: "map", atomic, element: typeOf(additionalProperties as StructuralSchema) };
  }
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || additionalProperties === true;
  const known = new Map(Object.entries(properties).map(([name, inner]) => [name, typeOf(inner)]));
  return {
    kind: "struct",
    name: "",
    atomic,
    fields: { get: (name) => known.get(name) ?? (open ? { kind: "any" } : undefined) },
  };
}

function mergeOf(schema: StructuralSchema): ListMerge {
  if (schema["x-kubernetes-list-type"] === "set") return "set";
  if (schema["x-kubernetes-list-type"] !== "map") return "atomic";
  return (schema["x-kubernetes-list-map-keys"] ?? []).map((name) => {
    const fallback = schema.items?.properties?.[name]?.default;
    return typeof fallback === "string" ? { name, fallback } : { name };
  });
}

/** The object without fields the schema does not know. */
export function prune(value: unknown, schema: StructuralSchema, root = true): unknown {
  if (Array.isArray(value)) return value.map((item) => prune(item, schema.items ?? {}, false));
  if (!isFields(value)) return value;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const result: Fields = {};
  for (const [key, inner] of Object.entries(value)) {
    const property = schema.properties?.[key];
    if (root && ["apiVersion", "kind", "metadata"].includes(key)) result[key] = inner;
    else if (property !== undefined) result[key] = prune(inner, property, false);
    else if (isFields(schema.additionalProperties))
      result[key] = prune(inner, schema.additionalProperties as StructuralSchema, false);
    else if (open || schema.additionalProperties === true || schema.type === undefined) result[key] = inner;
  }
  return result;
}

/** Fills in the schema's defaults, in place. A null where the schema allows none counts as absent when there is a default. */
export function applySchemaDefaults(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    for (const item of value) applySchemaDefaults(item, schema.items ?? {});
    return;
  }
  if (!isFields(value)) return;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const absent = value[key] === undefined || (value[key] === null && property.nullable !== true);
    if (absent && property.default !== undefined) value[key] = copy(property.default);
    applySchemaDefaults(value[key], property);
  }
  if (isFields(schema.additionalProperties)) {
    for (const inner of Object.values(value))
      applySchemaDefaults(inner, schema.additionalProperties as StructuralSchema);
  }
}

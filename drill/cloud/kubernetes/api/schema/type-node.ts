import tables from "./fields.json";
import { ATOMIC_MAPS, ATOMIC_STRUCTS, LIST_KEYS, type ListKey, SET_LISTS } from "./merge-keys";

export type { ListKey } from "./merge-keys";

/** What a value may be, and how server-side apply merges it. */
export type TypeNode =
  | { readonly kind: Scalar }
  | { readonly kind: "struct"; readonly name: string; readonly atomic: boolean; readonly fields: FieldTypes }
  | { readonly kind: "map"; readonly atomic: boolean; readonly element: TypeNode }
  | { readonly kind: "list"; readonly merge: ListMerge; readonly element: TypeNode };

export type Scalar =
  | "string"
  | "boolean"
  | "int32"
  | "int64"
  | "double"
  | "time"
  | "bytes"
  | "quantity"
  | "intOrString"
  | "any";

/** A list is one value, or a set of scalars, or a map of objects under the named keys. */
export type ListMerge = "atomic" | "set" | readonly ListKey[];

export interface FieldTypes {
  get(name: string): TypeNode | undefined;
}

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = tables;
const SCALARS = new Set<string>([
  "string",
  "boolean",
  "int32",
  "int64",
  "double",
  "time",
  "bytes",
  "quantity",
  "intOrString",
  "any",
]);

const nodes = new Map<string, TypeNode>();

/** The type of an API object or of a part of it, by the name of its table. */
export function tableType(name: string): TypeNode {
  const known = nodes.get(name);
  if (known !== undefined) return known;
  const table = TABLES[name] ?? {};
  const cache = new Map<string, TypeNode>();
  const node: TypeNode = {
    kind: "struct",
    name,
    atomic: ATOMIC_STRUCTS.has(name),
    fields: {
      get(field) {
        const text = Object.hasOwn(table, field) ? table[field] : undefined;
        if (text === undefined) return undefined;
        const found = cache.get(field) ?? parse(text, `${name}.${field}`);
        cache.set(field, found);
        return found;
      },
    },
  };
  nodes.set(name, node);
  return node;
}

function parse(text: string, path: string): TypeNode {
  if (text.startsWith("map:")) {
    return { kind: "map", atomic: ATOMIC_MAPS.has(path), element: parse(text.slice(4), path) };
  }
  if (text.startsWith("list:")) {
    const merge = LIST_KEYS[path] ?? (SET_LISTS.has(path) ? "set" : "atomic");
    return { kind: "list", merge, element: parse(text.slice(5), path) };
  }
  return isScalar(text) ? { kind: text } : tableType(text);
}

function isScalar(text: string): text is Scalar {
  return SCALARS.has(text);
}

/** `v1.LocalObjectReference` of V1LocalObjectReference: the name in the texts of the API. */
export function goName(table: string): { readonly version: string; readonly name: string } {
  const match = /^(?:Core)?V(\d)(.*)$/.exec(table);
  return match === null ? { version: "v1", name: table } : { version: `v${match[1]}`, name: match[2] ?? "" };
}

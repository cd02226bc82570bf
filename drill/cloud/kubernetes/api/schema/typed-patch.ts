import { internal } from "../status";
import { type Fields, isFields } from "../types/meta";
import type { ListKey, TypeNode } from "./type-node";

/**
 * The first thing a server-side apply does: the configuration must have the shape of its schema. What does not fit is
 * answered as an internal error without a reason, all findings in one text.
 */
export function checkTypedPatch(
  object: Fields,
  type: TypeNode,
  where: string,
  groupVersionKind: string,
): void {
  const found: string[] = [];
  visit(object, type, "", found);
  if (found.length === 0) return;
  const list = found.length === 1 ? found[0] : `errors:\n${found.map((line) => `  ${line}`).join("\n")}`;
  throw internal(`failed to create typed patch object (${where}; ${groupVersionKind}): ${list}`);
}

function visit(value: unknown, type: TypeNode, path: string, found: string[]): void {
  if (value === null || value === undefined) return;
  switch (type.kind) {
    case "struct":
    case "map":
      if (!isFields(value)) {
        found.push(`${path}: expected map, got ${described(value)}`);
        return;
      }
      for (const [key, inner] of Object.entries(value)) {
        const element = type.kind === "map" ? type.element : type.fields.get(key);
        if (element === undefined) {
          found.push(`${path}.${key}: field not declared in schema`);
          return;
        }
        visit(inner, element, `${path}.${key}`, found);
      }
      return;
    case "list":
      if (!Array.isArray(value)) {
        found.push(`${path}: expected list, got ${described(value)}`);
        return;
      }
      list(value, type, path, found);
      return;
    case "string":
    case "bytes":
    case "time":
      if (typeof value !== "string") found.push(`${path}: expected string, got ${described(value)}`);
      return;
    case "boolean":
      if (typeof value !== "boolean") found.push(`${path}: expected boolean, got ${described(value)}`);
      return;
    case "int32":
    case "int64":
    case "double":
      if (typeof value !== "number")
        found.push(`${path}: expected numeric (int or float), got ${described(value, true)}`);
      return;
    default:
      return;
  }
}

function list(items: unknown[], type: TypeNode & { kind: "list" }, path: string, found: string[]): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (type.merge === "atomic") {
      visit(item, type.element, `${path}[${index}]`, found);
      continue;
    }
    if (type.merge === "set") {
      const key = JSON.stringify(item);
      if (seen.has(key)) found.push(`${path}: duplicate entries for key [=${key}]`);
      seen.add(key);
      visit(item, type.element, `${path}[=${key}]`, found);
      continue;
    }
    if (!isFields(item)) {
      found.push(`${path}[${index}]: expected map, got ${described(item)}`);
      continue;
    }
    if (type.merge.every((key) => item[key.name] === undefined && key.fallback === undefined)) {
      const [first] = type.merge;
      found.push(
        `${path}[${index}]: associative list with keys has an element that omits key field ${JSON.stringify(first?.name)} (and doesn't have default value)`,
      );
      continue;
    }
    const key = keyText(item, type.merge);
    if (seen.has(key)) {
      found.push(`${path}: duplicate entries for key ${key}`);
      continue;
    }
    seen.add(key);
    visit(item, type.element, `${path}${key}`, found);
  }
}

/** `[containerPort=80,protocol="TCP"]` */
export function keyText(item: Fields, keys: readonly ListKey[]): string {
  const parts = [...keys]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, fallback }) => `${name}=${JSON.stringify(item[name] ?? fallback)}`);
  return `[${parts.join(",")}]`;
}

function described(value: unknown, typeOnly = false): string {
  if (typeof value === "string") return typeOnly ? "string" : `&{${value}}`;
  if (typeof value === "boolean" && typeOnly) return "boolean";
  return `&value.valueUnstructured{Value:${typeof value === "object" ? goDump(value) : String(value)}}`;
}

function goDump(value: unknown): string {
  return Array.isArray(value) ? "[]interface {}{…}" : "map[string]interface {}{…}";
}

import type { ListKey, TypeNode } from "../schema/type-node";
import { type Fields, type FieldsV1, isFields } from "../types/meta";
import { same } from "../values/json";

/**
 * A set of fields in the form of `managedFields`: `f:name` a field, `k:{…}` a list item by its keys, `v:…` a member of
 * a set, `.` the thing itself. Sets are never changed in place.
 */
export type FieldSet = FieldsV1;

/** The fields an applied configuration speaks of: its leaves, and the list items it names. */
export function fieldsOf(value: unknown, type: TypeNode): FieldSet {
  const set: FieldSet = {};
  for (const [step, inner, innerType, item] of children(value, type)) {
    const below = isBranch(inner, innerType) ? fieldsOf(inner, innerType) : {};
    set[step] = item ? { ".": {}, ...below } : below;
  }
  return set;
}

/** What an update added or changed. Things that were not there before are listed with themselves. */
export function changedFields(before: unknown, after: unknown, type: TypeNode): FieldSet {
  const old = new Map(children(before, type).map(([step, inner]) => [step, inner]));
  const set: FieldSet = {};
  for (const [step, inner, innerType] of children(after, type)) {
    const was = old.get(step);
    if (was !== undefined && same(was, inner)) continue;
    if (!isBranch(inner, innerType)) set[step] = {};
    else if (was !== undefined && isBranch(was, innerType)) {
      const below = changedFields(was, inner, innerType);
      if (Object.keys(below).length > 0) set[step] = below;
    } else {
      const below = changedFields(undefined, inner, innerType);
      set[step] = innerType.kind === "struct" && !step.startsWith("k:") ? below : { ".": {}, ...below };
      if (Object.keys(set[step]).length === 0) set[step] = {};
    }
  }
  return set;
}

export function union(one: FieldSet, other: FieldSet): FieldSet {
  const result: FieldSet = { ...one };
  for (const [step, below] of Object.entries(other)) result[step] = union(result[step] ?? {}, below);
  return result;
}

/** The fields of `one` that are not in `other`. */
export function without(one: FieldSet, other: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [step, below] of Object.entries(one)) {
    const match = other[step];
    if (match === undefined) {
      result[step] = below;
      continue;
    }
    if (isLeaf(below)) continue;
    const rest = without(below, match);
    if (Object.keys(rest).length > 0) result[step] = rest;
  }
  return result;
}

export function intersection(one: FieldSet, other: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [step, below] of Object.entries(one)) {
    const match = other[step];
    if (match === undefined) continue;
    if (isLeaf(below) || isLeaf(match)) {
      if (isLeaf(below) === isLeaf(match)) result[step] = {};
      continue;
    }
    const common = intersection(below, match);
    if (Object.keys(common).length > 0) result[step] = common;
  }
  return result;
}

export function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/** Paths as the texts of conflicts write them: `.spec.containers[name="app"].image`. */
export function pathsOf(set: FieldSet, prefix = ""): string[] {
  return Object.entries(set).flatMap(([step, below]) => {
    if (step === ".") return [prefix];
    const path = `${prefix}${stepText(step)}`;
    return isLeaf(below) ? [path] : pathsOf(below, path);
  });
}

/** The steps below a value with the type of each; nothing for what is one value. The last: a list item named by keys. */
export function children(
  value: unknown,
  type: TypeNode,
): [step: string, value: unknown, type: TypeNode, item: boolean][] {
  if (!isBranch(value, type)) return [];
  if (type.kind === "struct" || type.kind === "map") {
    return Object.entries(value as Fields).flatMap(([key, inner]) => {
      const element = type.kind === "map" ? type.element : type.fields.get(key);
      return element === undefined || inner === undefined || inner === null
        ? []
        : [[`f:${key}`, inner, element, false] as const];
    }) as [string, unknown, TypeNode, boolean][];
  }
  if (type.kind === "list") {
    return (value as unknown[]).map((item) => [itemStep(item, type.merge), item, type.element, true]);
  }
  return [];
}

/** Whether server-side apply looks inside this value, instead of taking it as one. */
export function isBranch(value: unknown, type: TypeNode): boolean {
  if (type.kind === "list") return type.merge !== "atomic" && Array.isArray(value);
  if (type.kind === "struct" || type.kind === "map")
    return !type.atomic && isFields(value) && (type.kind === "map" || Object.keys(value).length > 0);
  return false;
}

export function itemStep(item: unknown, merge: "atomic" | "set" | readonly ListKey[]): string {
  if (merge === "set" || merge === "atomic" || !isFields(item)) return `v:${JSON.stringify(item)}`;
  const keys = [...merge].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `k:${JSON.stringify(Object.fromEntries(keys.map(({ name, fallback }) => [name, item[name] ?? fallback])))}`;
}

function isLeaf(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith("f:")) return `.${rest}`;
  if (step.startsWith("v:")) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Fields).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return `[${keys.join(",")}]`;
}

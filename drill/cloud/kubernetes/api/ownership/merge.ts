import type { TypeNode } from "../schema/type-node";
import { type Fields, isFields } from "../types/meta";
import { copy } from "../values/json";
import { children, type FieldSet, isBranch, itemStep } from "./field-set";

/** The live value with an applied configuration laid over it. */
export function mergeApplied(live: unknown, applied: unknown, type: TypeNode): unknown {
  if (applied === null) return undefined;
  if (!isBranch(applied, type) || !isBranch(live, type)) return copy(applied);
  if (type.kind === "list" && Array.isArray(live) && Array.isArray(applied)) {
    const rest = new Map(live.map((item) => [itemStep(item, type.merge), item as unknown]));
    const merged: unknown[] = [];
    for (const item of applied) {
      const step = itemStep(item, type.merge);
      merged.push(rest.has(step) ? mergeApplied(rest.get(step), item, type.element) : copy(item));
      rest.delete(step);
    }
    // What only others have comes after what was applied, in its old order.
    return [...merged, ...rest.values()];
  }
  const result: Fields = { ...(live as Fields) };
  for (const [key, inner] of Object.entries(applied as Fields)) {
    const element =
      type.kind === "map" ? type.element : type.kind === "struct" ? type.fields.get(key) : undefined;
    if (element !== undefined) result[key] = mergeApplied(result[key], inner, element);
  }
  return result;
}

/** The value without the fields of the set. A map or struct that becomes empty goes when the set holds it whole. */
export function removeFields(value: unknown, set: FieldSet, type: TypeNode): unknown {
  if (!isBranch(value, type)) return value;
  if (type.kind === "list" && Array.isArray(value)) {
    return value.flatMap((item) => {
      const below = set[itemStep(item, type.merge)];
      if (below === undefined) return [item];
      if (Object.keys(below).length === 0 || "." in below) return [];
      return [removeFields(item, below, type.element)];
    });
  }
  if (!isFields(value)) return value;
  const result: Fields = { ...value };
  for (const [step, inner, innerType] of children(value, type)) {
    const below = set[step];
    if (below === undefined) continue;
    const key = step.slice(2);
    if (Object.keys(below).length === 0) {
      delete result[key];
      continue;
    }
    const rest = removeFields(inner, below, innerType);
    const empty =
      (Array.isArray(rest) && rest.length === 0) || (isFields(rest) && Object.keys(rest).length === 0);
    if (empty) delete result[key];
    else result[key] = rest;
  }
  return result;
}

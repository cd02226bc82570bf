import { type Fields, isFields } from "../types/meta";

export function copy<T>(value: T): T {
  return structuredClone(value);
}

/** Equality of JSON values: the order of keys does not count, an undefined field is an absent one. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  }
  if (isFields(one) && isFields(other)) {
    for (const key in one) if (one[key] !== undefined && !same(one[key], other[key])) return false;
    for (const key in other) if (other[key] !== undefined && one[key] === undefined) return false;
    return true;
  }
  return false;
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return copy(patch);
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

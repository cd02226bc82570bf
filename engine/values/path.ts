import { isObject, isSecret, type Marked, type PropertyMap, type Value } from "./value";

/** A path into a property map: keys, list indices, and "*" for all. */
export type PropertyPath = (string | number)[];

/**
 * Parses `root`, `root.nested`, `root["nested.dotted"]`, `list[0]`, `list[*].x`, `*`.
 * @throws Error naming the path when it cannot be parsed
 */
export function parsePath(text: string): PropertyPath {
  const path: PropertyPath = [];
  let rest = text;
  while (rest.length > 0) {
    if (rest.startsWith(".")) {
      rest = rest.slice(1);
      if (rest === "" || rest.startsWith(".")) throw new Error(`property path "${text}": empty key`);
      if (rest.startsWith("[")) throw new Error(`property path "${text}": unexpected '[' after '.'`);
    } else if (rest.startsWith("[")) {
      const quoted = /^\["((?:[^"\\]|\\.)*)"\]/.exec(rest);
      const index = /^\[(\d+|\*)\]/.exec(rest);
      const match = quoted ?? index;
      if (!match) throw new Error(`property path "${text}": invalid index`);
      const key = match[1] ?? "";
      path.push(quoted ? key.replace(/\\(.)/g, "$1") : key === "*" ? "*" : Number(key));
      rest = rest.slice(match[0].length);
    } else {
      const key = /^[^.[]+/.exec(rest)?.[0] ?? "";
      path.push(key);
      rest = rest.slice(key.length);
    }
  }
  return path;
}

/** True when `path` names the same place as `other` or one that contains it. */
export function pathContains(path: PropertyPath, other: PropertyPath): boolean {
  if (path.length > other.length) return false;
  return path.every((key, i) => key === "*" || key === other[i]);
}

const inside = (value: Value | undefined): Value | undefined =>
  isSecret(value) ? ((value as Marked).value ?? null) : value;

/**
 * Puts the old value at `path` back into `target`, as ignoreChanges does; a value that was absent is removed.
 * Both sides are left alone where the containers do not exist; then the answer is false.
 */
export function resetPath(path: PropertyPath, old: PropertyMap, target: PropertyMap): boolean {
  return reset(path, old, target);
}

function reset(
  path: PropertyPath,
  oldContainer: Value | undefined,
  targetContainer: Value | undefined,
): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  const old = inside(oldContainer);
  const target = inside(targetContainer);
  if (Array.isArray(target)) {
    if (!Array.isArray(old)) return false;
    if (key === "*") {
      if (rest.length === 0) {
        target.splice(0, target.length, ...old);
        return true;
      }
      let ok = true;
      for (let i = 0; i < Math.max(old.length, target.length); i++)
        ok = reset([i, ...rest], old, target) && ok;
      return ok;
    }
    if (typeof key !== "number") return false;
    if (rest.length > 0) return key < old.length && key < target.length && reset(rest, old[key], target[key]);
    if (key >= old.length || key >= target.length) return key >= old.length && key >= target.length;
    target[key] = old[key] as Value;
    return true;
  }
  if (!isObject(target)) return old === undefined || !isObject(old);
  const before: { [key: string]: Value } = isObject(old) ? old : {};
  if (key === "*") {
    if (rest.length === 0) {
      for (const name of Object.keys(target)) delete target[name];
      Object.assign(target, before);
      return true;
    }
    let ok = true;
    for (const name of new Set([...Object.keys(before), ...Object.keys(target)]))
      ok = reset([name, ...rest], before, target) && ok;
    return ok;
  }
  const name = String(key);
  if (rest.length === 0) {
    if (Object.hasOwn(before, name)) target[name] = before[name] as Value;
    else delete target[name];
    return true;
  }
  const has = [Object.hasOwn(before, name), Object.hasOwn(target, name)];
  if (!has[0] && !has[1]) return true;
  if (!has[0] || !has[1]) return false;
  return reset(rest, before[name], target[name]);
}

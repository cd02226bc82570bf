import { isObject, isSecret, type Marked, type PropertyMap, secret, type Value } from "./value";

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

/**
 * Puts the old value at `path` back into `target`, as ignoreChanges does; a value that was absent is removed. False when the
 * path cannot be followed on both sides, for example into an element that only one list has.
 */
export function resetPath(path: PropertyPath, old: PropertyMap, target: PropertyMap): boolean {
  return reset(path, { value: old, hidden: false }, { value: target, hidden: false });
}

/** A value without its secret wrappers, and whether it had one, or stands inside one. */
interface Place {
  value: Value | undefined;
  hidden: boolean;
}
function open({ value, hidden }: Place): Place {
  let inside = value;
  let secretly = hidden;
  while (isSecret(inside)) {
    inside = (inside as Marked).value;
    secretly = true;
  }
  return { value: inside, hidden: secretly };
}

function reset(path: PropertyPath, oldPlace: Place, targetPlace: Place): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const old = open(oldPlace);
  const target = open(targetPlace);
  // What was secret stays so, unless what it is put into is secret already.
  const kept = (value: Value): Value => (old.hidden && !target.hidden ? secret(value) : value);
  const deeper = (before: Value | undefined, now: Value | undefined): boolean =>
    reset(rest, { value: before, hidden: old.hidden }, { value: now, hidden: target.hidden });
  if (typeof key === "number")
    return resetElement(key, rest.length === 0, old.value, target.value, kept, deeper);
  if (key === "*") return resetAll(rest.length === 0, old.value, target.value, kept, deeper);
  const before = isObject(old.value) ? old.value : undefined;
  const now = isObject(target.value) ? target.value : undefined;
  if (rest.length === 0) {
    if (!before || !Object.hasOwn(before, key)) {
      if (now) delete now[key];
      return true;
    }
    if (!now) return false;
    now[key] = kept(before[key] as Value);
    return true;
  }
  if (!before || !now) return !before && !now;
  if (!Object.hasOwn(now, key)) return !Object.hasOwn(before, key);
  return deeper(before[key], now[key]);
}

type Kept = (value: Value) => Value;
type Deeper = (before: Value | undefined, now: Value | undefined) => boolean;

function resetElement(
  index: number,
  last: boolean,
  old: Value | undefined,
  target: Value | undefined,
  kept: Kept,
  deeper: Deeper,
): boolean {
  if (!Array.isArray(old) || !Array.isArray(target)) return !Array.isArray(old) && !Array.isArray(target);
  const [inOld, inTarget] = [index < old.length, index < target.length];
  if (!inOld || !inTarget) return last && !inOld && !inTarget;
  if (!last) return deeper(old[index], target[index]);
  target[index] = kept(old[index] as Value);
  return true;
}

function resetAll(
  last: boolean,
  old: Value | undefined,
  target: Value | undefined,
  kept: Kept,
  deeper: Deeper,
): boolean {
  if (Array.isArray(target)) {
    if (!Array.isArray(old)) return last;
    for (let i = 0; i < Math.min(old.length, target.length); i++) {
      if (last) target[i] = kept(old[i] as Value);
      else if (!deeper(old[i], target[i])) return false;
    }
    return old.length === target.length;
  }
  if (!isObject(target)) return false;
  if (!isObject(old)) return last;
  if (!last)
    return Object.keys(old).every((key) => Object.hasOwn(target, key) && deeper(old[key], target[key]));
  for (const key of Object.keys(target)) if (!Object.hasOwn(old, key)) delete target[key];
  for (const key of Object.keys(old)) target[key] = kept(old[key] as Value);
  return true;
}

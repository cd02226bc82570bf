import { UserError } from "../errors";
import { type PropertyPath, parsePath } from "../values/path";
import type { ConfigValue } from "./config-value";

/** @throws UserError when the text is no path */
export function parseConfigPath(text: string): PropertyPath {
  try {
    const path = parsePath(text);
    if (path.length === 0) throw new Error("empty path");
    return path;
  } catch (error) {
    throw new UserError(`invalid configuration key path: ${(error as Error).message}`);
  }
}

type Container = { [key: string]: ConfigValue };
const isObject = (value: ConfigValue | undefined): value is Container =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function getPath(value: ConfigValue | undefined, path: PropertyPath): ConfigValue | undefined {
  return path.reduce<ConfigValue | undefined>((at, key) => {
    if (Array.isArray(at)) return typeof key === "number" ? at[key] : undefined;
    return isObject(at) ? at[String(key)] : undefined;
  }, value);
}

/** A copy of `value` with the place at `path` set; containers on the way are made. */
export function setPath(
  value: ConfigValue | undefined,
  path: PropertyPath,
  leaf: ConfigValue,
  name: string,
): ConfigValue {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  if (typeof key === "number") {
    if (value !== undefined && !Array.isArray(value))
      throw new UserError(`an array was expected for index ${key} of ${name}`);
    const copy = value ? [...value] : [];
    if (key > copy.length) throw new UserError(`array index out of range: ${key} in ${name}`);
    copy[key] = setPath(copy[key], rest, leaf, name);
    return copy;
  }
  if (value !== undefined && !isObject(value))
    throw new UserError(`a map was expected for key ${key} of ${name}`);
  return { ...value, [key]: setPath(value?.[key], rest, leaf, name) };
}

/** A copy of `value` without the place at `path`. */
export function removePath(value: ConfigValue, path: PropertyPath): ConfigValue {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    if (typeof key !== "number" || key >= value.length) return value;
    if (rest.length === 0) return value.filter((_, i) => i !== key);
    return value.map((item, i) => (i === key ? removePath(item, rest) : item));
  }
  if (!isObject(value) || !(String(key) in value)) return value;
  const { [String(key)]: found, ...others } = value;
  return rest.length === 0 || found === undefined
    ? others
    : { ...value, [String(key)]: removePath(found, rest) };
}

/** With `--path` whole numbers and booleans are stored as such. */
export function typedLeaf(text: string): ConfigValue {
  if (text === "true") return true;
  if (text === "false") return false;
  if (/^(0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  return text;
}

import type { ChangeKind, PropertyChange } from "./provider";
import {
  Asset,
  hasUnknown,
  isList,
  isValues,
  plain,
  Secret,
  Unknown,
  type Value,
  type Values,
} from "./values";

/**
 * The paths at which two property bags differ. Lists and objects are looked into; a secret is compared as a whole, so
 * that no path tells what is inside. An unknown new value counts as a change.
 */
export function differences(
  old: Values,
  now: Values,
  mustReplace: (path: string) => boolean = () => false,
): Record<string, PropertyChange> {
  const found: Record<string, PropertyChange> = {};
  for (const [path, kind] of walk(old, now, "")) found[path] = { kind, replace: mustReplace(path) };
  return found;
}

export function equal(one: Value | undefined, other: Value | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (hasUnknown(one) || hasUnknown(other)) return false;
  return canonical(one) === canonical(other);
}

/** The property at the top of a path: `spec` of `spec.ports[0].port`. */
export function topOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function* walk(
  old: Value | undefined,
  now: Value | undefined,
  path: string,
): Generator<[string, ChangeKind]> {
  if (old === undefined && now === undefined) return;
  if (path !== "" && old === undefined) return yield [path, "add"];
  if (path !== "" && now === undefined) return yield [path, "delete"];
  if (equal(old, now)) return;
  const opaque = [old, now].some((side) => side instanceof Secret || side instanceof Unknown);
  if (!opaque && isList(old) && isList(now)) {
    for (let index = 0; index < Math.max(old.length, now.length); index++)
      yield* walk(old[index], now[index], `${path}[${index}]`);
    return;
  }
  if (!opaque && isValues(old) && isValues(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)].sort()))
      yield* walk(old[key], now[key], step(path, key));
    return;
  }
  yield [path, "update"];
}

function step(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function canonical(value: Value): string {
  return JSON.stringify(plain(value), (_key, inner: unknown) => {
    if (inner instanceof Asset) return { asset: inner.fields.hash ?? inner.fields };
    if (inner !== null && typeof inner === "object" && !Array.isArray(inner))
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    return inner;
  });
}

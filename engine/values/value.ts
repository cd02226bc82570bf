/**
 * Property values as they travel between programs, engine and providers.
 *
 * A value is plain JSON. Secrets, unknowns, resource references, outputs, assets and archives are marked exactly as on
 * the wire, so a value can be passed on without being rebuilt.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type PropertyMap = { [key: string]: Value };

export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

/** Stands for a value that is not known before the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export type Marked = { [key: string]: Value };

export function isObject(value: Value | undefined): value is { [key: string]: Value } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The signature of a marked object, or undefined for plain values. */
export function signatureOf(value: Value | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  const signature = value[SIGNATURE];
  return typeof signature === "string" ? signature : undefined;
}

export const isSecret = (value: Value | undefined): value is Marked => signatureOf(value) === SECRET;
export const isOutput = (value: Value | undefined): value is Marked => signatureOf(value) === OUTPUT;
export const isUnknown = (value: Value | undefined): boolean =>
  (typeof value === "string" && UNKNOWNS.has(value)) || (isOutput(value) && value.value === undefined);

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Rebuilds a value from the inside out; `change` sees each marked object and each unknown after its content. */
export function mapMarked(
  value: Value,
  change: (value: Value, signature: string | undefined) => Value,
): Value {
  if (typeof value === "string") return UNKNOWNS.has(value) ? change(value, undefined) : value;
  if (Array.isArray(value)) {
    let copy: Value[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const old = value[i] as Value;
      const next = mapMarked(old, change);
      if (next !== old) {
        copy ??= value.slice();
        copy[i] = next;
      }
    }
    return copy ?? value;
  }
  if (!isObject(value)) return value;
  const signature = signatureOf(value);
  let copy: { [key: string]: Value } | undefined;
  for (const key of Object.keys(value)) {
    if (key === SIGNATURE) continue;
    const old = value[key] as Value;
    const next = mapMarked(old, change);
    if (next !== old) {
      copy ??= { ...value };
      copy[key] = next;
    }
  }
  const inside = copy ?? value;
  return signature === undefined ? inside : change(inside, signature);
}

export function mapProperties(
  properties: PropertyMap,
  change: (value: Value, signature: string | undefined) => Value,
): PropertyMap {
  const result: PropertyMap = {};
  for (const key of Object.keys(properties)) result[key] = mapMarked(properties[key] as Value, change);
  return result;
}

/** The value without secret and output wrappers; unknowns stay. */
export function withoutSecrets(value: Value): Value {
  return mapMarked(value, (v, signature) => {
    if (signature === SECRET) return (v as Marked).value ?? null;
    if (signature === OUTPUT) return (v as Marked).value ?? UNKNOWN;
    return v;
  });
}

export function withoutSecretsIn(properties: PropertyMap): PropertyMap {
  return withoutSecrets(properties) as PropertyMap;
}

/** True when any part of the value is a secret. */
export function containsSecrets(value: Value | undefined): boolean {
  return contains(value, (v) => isSecret(v) || (isOutput(v) && v.secret === true));
}

/** True when any part of the value is unknown. */
export function containsUnknowns(value: Value | undefined): boolean {
  return contains(value, isUnknown);
}

function contains(value: Value | undefined, test: (value: Value | undefined) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => contains(item, test));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, item]) => key !== SIGNATURE && contains(item, test));
}

export function deepEquals(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => deepEquals(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEquals(a[key], b[key]));
}

/** The URNs an output value, anywhere inside, depends on. */
export function outputDependencies(value: Value | undefined, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) outputDependencies(item, found);
  else if (isObject(value)) {
    if (isOutput(value)) for (const urn of (value.dependencies as string[] | undefined) ?? []) found.add(urn);
    for (const key of Object.keys(value)) if (key !== SIGNATURE) outputDependencies(value[key], found);
  }
  return found;
}

/** A value as messages show it, without its secrets. */
export function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return "{<nil>}";
  if (isUnknown(value)) return "output<string>{}";
  const plain = mapMarked(value, (v, signature) => (signature === SECRET ? "[secret]" : v));
  return `{${typeof plain === "string" ? plain : JSON.stringify(plain)}}`;
}

/** Output values become what providers and state have always known: plain values, secrets and unknowns. */
export function downgradeOutputs(value: Value): Value {
  return mapMarked(value, (v, signature) => {
    if (signature !== OUTPUT) return v;
    const marked = v as Marked;
    if (marked.value === undefined) return marked.secret === true ? secret(UNKNOWN) : UNKNOWN;
    return marked.secret === true ? secret(marked.value) : marked.value;
  });
}

/** What a program gives to a provider and gets back: JSON with four kinds of marked values. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Unknown
  | Secret
  | Asset
  | ResourceReference
  | readonly Value[]
  | Values;

export interface Values {
  readonly [key: string]: Value;
}

/** A value that only exists once something has been created. Appears in previews alone. */
export class Unknown {
  readonly unknown = true;
}
export const UNKNOWN = new Unknown();

/** A value that must be shown to nobody. */
export class Secret {
  constructor(readonly value: Value) {}
}

/** A file or an archive, as the wire format describes it: `text`, `path` or `uri`, and a `hash`. */
export class Asset {
  constructor(
    readonly kind: "asset" | "archive",
    readonly fields: Readonly<Record<string, unknown>>,
  ) {}
}

/** A whole resource passed as an input. */
export class ResourceReference {
  constructor(
    readonly urn: string,
    readonly id: Value | undefined,
    readonly packageVersion: string,
  ) {}
}

export function isValues(value: Value | undefined): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret) &&
    !(value instanceof Asset) &&
    !(value instanceof ResourceReference)
  );
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The value without the mark of a secret, at this level alone. */
export function revealed(value: Value | undefined): Value | undefined {
  return value instanceof Secret ? revealed(value.value) : value;
}

/** The value without any mark of a secret, all the way down. Unknown values stay. */
export function plain(value: Values): Values;
export function plain(value: Value): Value;
export function plain(value: Value): Value {
  if (value instanceof Secret) return plain(value.value);
  if (isList(value)) return value.map((item) => plain(item));
  if (isValues(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value;
}

export function hasUnknown(value: Value | undefined): boolean {
  const open = revealed(value);
  if (open instanceof Unknown) return true;
  if (isList(open)) return open.some(hasUnknown);
  if (isValues(open)) return Object.values(open).some(hasUnknown);
  return false;
}

export function hasSecret(value: Value | undefined): boolean {
  if (value instanceof Secret) return true;
  if (isList(value)) return value.some(hasSecret);
  if (isValues(value)) return Object.values(value).some(hasSecret);
  return false;
}

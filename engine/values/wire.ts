import { Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import {
  mapProperties,
  OUTPUT,
  type PropertyMap,
  RESOURCE_REFERENCE,
  SECRET,
  UNKNOWN,
  type Value,
} from "./value";

export interface WireOptions {
  /** Unknown values are sent; otherwise properties that are unknown are left out. */
  keepUnknowns?: boolean;
  keepSecrets?: boolean;
  keepResources?: boolean;
  keepOutputs?: boolean;
}

/** Properties as a protobuf Struct, reduced to what the receiver understands. */
export function toStruct(properties: PropertyMap, options: WireOptions = {}): Struct {
  return Struct.fromJavaScript(reduce(properties, options) as Parameters<typeof Struct.fromJavaScript>[0]);
}

export function toWireValue(value: Value): WireValue {
  return WireValue.fromJavaScript(value as Parameters<typeof WireValue.fromJavaScript>[0]);
}

export function fromStruct(struct: Struct | undefined): PropertyMap {
  return (struct?.toJavaScript() ?? {}) as PropertyMap;
}

function reduce(properties: PropertyMap, options: WireOptions): PropertyMap {
  const { keepUnknowns, keepSecrets, keepResources, keepOutputs } = options;
  const reduced = mapProperties(properties, (value, signature) => {
    if (signature === undefined || typeof value !== "object" || value === null || Array.isArray(value))
      return value;
    if (signature === SECRET && !keepSecrets) return value.value ?? null;
    if (signature === OUTPUT && !keepOutputs) {
      if (value.value === undefined) return UNKNOWN;
      return value.secret === true && keepSecrets
        ? { "4dabf18193072939515e22adb298388d": SECRET, value: value.value }
        : value.value;
    }
    if (signature === RESOURCE_REFERENCE && !keepResources) return value.id ?? value.urn ?? null;
    return value;
  });
  if (keepUnknowns) return reduced;
  for (const key of Object.keys(reduced)) if (reduced[key] === UNKNOWN) delete reduced[key];
  return reduced;
}

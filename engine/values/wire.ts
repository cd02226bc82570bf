import { Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import { heldBytes, hold } from "./encoded-struct";
import { decodeStruct } from "./struct-decoder";
import { encodeStruct, type WireOptions } from "./struct-encoder";
import type { PropertyMap, Value } from "./value";

export type { WireOptions } from "./struct-encoder";

/** Properties as a protobuf Struct, reduced to what the receiver understands. */
export function toStruct(properties: PropertyMap, options: WireOptions = {}): Struct {
  return hold(new Struct(), encodeStruct(properties, options));
}

export function toWireValue(value: Value): WireValue {
  return WireValue.fromJavaScript(value as Parameters<typeof WireValue.fromJavaScript>[0]);
}

export function fromStruct(struct: Struct | undefined): PropertyMap {
  const bytes = struct && heldBytes(struct);
  return bytes ? decodeStruct(bytes) : ((struct?.toJavaScript() ?? {}) as PropertyMap);
}

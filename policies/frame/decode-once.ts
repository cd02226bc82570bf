import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

type Decode = (properties: Struct, proxySecrets: boolean) => object;

/**
 * Lets the SDK decode the properties of a resource once, not once for every rule: with a hundred rules that is most of
 * what a pack does. Rules only read, so they can share what was decoded. An SDK that is built differently is left as it is.
 */
export function decodeOnce(): void {
  const module = require("@pulumi/policy/deserialize") as { deserializeProperties?: Decode };
  const decode = module.deserializeProperties;
  if (typeof decode !== "function") return;
  const decoded = new WeakMap<Struct, object>();
  module.deserializeProperties = (properties, proxySecrets) => {
    // A remediation may change what it is given.
    if (proxySecrets) return decode(properties, proxySecrets);
    const known = decoded.get(properties) ?? decode(properties, false);
    decoded.set(properties, known);
    return known;
  };
}

import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
  Asset,
  isList,
  isValues,
  ResourceReference,
  Secret,
  UNKNOWN,
  Unknown,
  type Value,
  type Values,
} from "./values";

/** Marks of the published wire format (sdk/go/common/resource in the Pulumi repository). */
const UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

export function fromStruct(struct: Struct | undefined): Values {
  const decoded = decode(struct?.toJavaScript() ?? {});
  return isValues(decoded) ? decoded : {};
}

export function toStruct(values: Values): Struct {
  return Struct.fromJavaScript(encode(values) as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Reads one value of the wire format. Output values become what they hold; their dependencies are the engine's business. */
export function decode(raw: unknown): Value {
  if (raw === UNKNOWN_MARK) return UNKNOWN;
  if (Array.isArray(raw)) return raw.map(decode);
  if (raw === null || raw === undefined) return null;
  if (typeof raw !== "object") return raw as string | number | boolean;
  const fields = raw as Record<string, unknown>;
  const { [SIGNATURE_KEY]: signature, ...rest } = fields;
  switch (signature) {
    case undefined:
      return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, decode(inner)]));
    case SECRET:
      return new Secret(decode(rest.value));
    case OUTPUT: {
      const inner = "value" in rest ? decode(rest.value) : UNKNOWN;
      return rest.secret === true ? new Secret(inner) : inner;
    }
    case RESOURCE:
      return new ResourceReference(
        String(rest.urn),
        rest.id === undefined ? undefined : decode(rest.id),
        String(rest.packageVersion ?? ""),
      );
    case ASSET:
      return new Asset("asset", rest);
    case ARCHIVE:
      return new Asset("archive", rest);
    default:
      throw new Error(
        `A value is marked with ${JSON.stringify(signature)}, which this provider does not know.`,
      );
  }
}

export function encode(value: Value): unknown {
  if (value instanceof Unknown) return UNKNOWN_MARK;
  if (value instanceof Secret) return { [SIGNATURE_KEY]: SECRET, value: encode(value.value) };
  if (value instanceof Asset)
    return { [SIGNATURE_KEY]: value.kind === "asset" ? ASSET : ARCHIVE, ...value.fields };
  if (value instanceof ResourceReference)
    return {
      [SIGNATURE_KEY]: RESOURCE,
      urn: value.urn,
      packageVersion: value.packageVersion,
      ...(value.id === undefined ? {} : { id: encode(value.id) }),
    };
  if (isList(value)) return value.map(encode);
  if (isValues(value))
    return Object.fromEntries(
      Object.entries(value)
        // An absent property and one set to undefined are the same to a program.
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => [key, encode(inner)]),
    );
  return value;
}

import { createHash } from "node:crypto";
import { isValues, revealed, type Value, type Values } from "../../provider/values";

export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

export function text(value: Value | undefined): string | undefined {
  const open = revealed(value);
  return typeof open === "string" ? open : undefined;
}

export function fields(value: Value | undefined): Values {
  const open = revealed(value);
  return isValues(open) ? open : {};
}

export function metadataOf(values: Values): Values {
  return fields(values.metadata);
}

export function annotation(values: Values, key: string): string | undefined {
  return text(fields(metadataOf(values).annotations)[key]);
}

/** Tokens are `kubernetes:GROUP/VERSION:KIND`; `…Patch` stands for fields of an object that is somebody else's. */
export function isPatch(type: string): boolean {
  return type.endsWith("Patch");
}

export function nameOf(values: Values): ObjectName {
  const { name, namespace } = metadataOf(values);
  return {
    apiVersion: text(values.apiVersion) ?? "v1",
    kind: text(values.kind) ?? "",
    namespace: text(namespace),
    name: text(name) ?? "",
  };
}

/** `NAMESPACE/NAME`, or `NAME` of what is in no namespace. */
export function idOf({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** A name for an object the program gave none: the resource's name and eight characters of the seed. */
export function generatedName(resource: string, seed: Uint8Array): string {
  const digest = createHash("sha256").update(seed).update(resource).digest("hex");
  return `${resource.toLowerCase().replace(/[^a-z0-9.-]+/g, "-")}-${digest.slice(0, 8)}`;
}

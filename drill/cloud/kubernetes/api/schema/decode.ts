import { badRequest, internal } from "../status";
import { type Fields, isFields } from "../types/meta";
import { parseQuantity, QUANTITY_FORM } from "../values/quantity";
import { goName, type TypeNode } from "./type-node";

export interface Findings {
  /** Fields the API does not know, in the order of the object. */
  readonly unknown: string[];
  /** Lists with two items of one key, for warnings. */
  readonly duplicate: string[];
}

/** What the decoder of a POST, PUT or merge patch says: the first wrong type is refused, unknown fields are listed. */
export function decode(object: Fields, type: TypeNode, kind: string, version: string): Findings {
  const findings: Findings = { unknown: [], duplicate: [] };
  try {
    visit(object, type, "", "", kind, findings);
  } catch (problem) {
    if (!(problem instanceof Mismatch)) throw problem;
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${problem.message}`);
  }
  return findings;
}

/** What only the conversion to the API's own types finds in a server-side apply: quantities, numbers, bytes. */
export function convertible(
  object: Fields,
  type: TypeNode,
  kind: string,
  where: string,
  groupVersion: string,
): void {
  try {
    visit(object, type, "", "", kind, { unknown: [], duplicate: [] });
  } catch (problem) {
    if (!(problem instanceof Mismatch)) throw problem;
    const wrapped = problem.message.startsWith("illegal base64")
      ? `error decoding from json: ${problem.message}`
      : problem.message;
    throw internal(
      `failed to convert new object (${where}; ${groupVersion}, Kind=${kind}) to proper version: unable to convert unstructured object to ${groupVersion}, Kind=${kind}: ${wrapped}`,
    );
  }
}

class Mismatch extends Error {}

/** @param go the path without indexes, as Go's decoder names it; @param owner the innermost struct */
function visit(
  value: unknown,
  type: TypeNode,
  path: string,
  go: string,
  owner: string,
  found: Findings,
): void {
  if (value === null || value === undefined) return;
  switch (type.kind) {
    case "struct": {
      const { version, name } = goName(type.name);
      if (!isFields(value)) throw mismatch(value, owner, go, `${version}.${name}`);
      for (const [key, inner] of Object.entries(value)) {
        const field = type.fields.get(key);
        const at = path === "" ? key : `${path}.${key}`;
        if (field === undefined) found.unknown.push(at);
        else visit(inner, field, at, go === "" ? key : `${go}.${key}`, path === "" ? owner : name, found);
      }
      return;
    }
    case "map":
      if (!isFields(value)) throw mismatch(value, owner, go, `map[string]${goType(type.element)}`);
      for (const [key, inner] of Object.entries(value))
        visit(inner, type.element, `${path}.${key}`, go, owner, found);
      return;
    case "list":
      if (!Array.isArray(value)) throw mismatch(value, owner, go, `[]${goType(type.element)}`);
      value.forEach((inner, index) => {
        visit(inner, type.element, `${path}[${index}]`, go, owner, found);
      });
      return;
    default:
      scalar(value, type.kind, owner, go);
  }
}

function scalar(value: unknown, kind: string, owner: string, go: string): void {
  switch (kind) {
    case "string":
      if (typeof value !== "string") throw mismatch(value, owner, go, "string");
      return;
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(value, owner, go, "bool");
      return;
    case "int32":
    case "int64":
      if (typeof value !== "number") throw mismatch(value, owner, go, kind);
      if (!Number.isInteger(value) || (kind === "int32" && Math.abs(value) > 2 ** 31)) {
        throw new Mismatch(
          `json: cannot unmarshal number ${value} into Go struct field ${owner}.${go} of type ${kind}`,
        );
      }
      return;
    case "double":
      if (typeof value !== "number") throw mismatch(value, owner, go, "float64");
      return;
    case "time":
      if (typeof value !== "string") throw mismatch(value, owner, go, "string");
      if (Number.isNaN(Date.parse(value))) {
        throw new Mismatch(
          `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
        );
      }
      return;
    case "bytes":
      if (typeof value !== "string") throw mismatch(value, owner, go, "[]uint8");
      base64(value);
      return;
    case "quantity":
      if (typeof value !== "string" && typeof value !== "number") throw new Mismatch(QUANTITY_FORM);
      if (parseQuantity(value) === undefined) throw new Mismatch(QUANTITY_FORM);
      return;
    case "intOrString":
      if (typeof value !== "string" && !(typeof value === "number" && Number.isInteger(value)))
        throw mismatch(value, owner, go, typeof value === "number" ? "int32" : "string");
      return;
    default:
      return;
  }
}

function base64(text: string): void {
  const wrong = /[^A-Za-z0-9+/=\r\n]/.exec(text);
  if (wrong !== null) throw new Mismatch(`illegal base64 data at input byte ${wrong.index}`);
  const body = text.replace(/[\r\n]/g, "");
  const padding = /=+$/.exec(body)?.[0].length ?? 0;
  if (body.length % 4 !== 0 || padding > 2 || body.slice(0, body.length - padding).includes("=")) {
    throw new Mismatch(
      `illegal base64 data at input byte ${Math.max(0, body.length - (body.length % 4 || 4))}`,
    );
  }
}

function mismatch(value: unknown, owner: string, go: string, expected: string): Mismatch {
  return new Mismatch(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${owner}.${go} of type ${expected}`,
  );
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

function goType(type: TypeNode): string {
  if (type.kind === "struct") {
    const { version, name } = goName(type.name);
    return `${version}.${name}`;
  }
  if (type.kind === "bytes") return "[]uint8";
  return type.kind === "boolean" ? "bool" : type.kind;
}

/** Fields outside the schema of a custom resource, whose types its own validation judges. */
export function unknownFields(value: unknown, type: TypeNode, path = ""): string[] {
  if (type.kind === "list" && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(item, type.element, `${path}[${index}]`));
  }
  if ((type.kind !== "struct" && type.kind !== "map") || !isFields(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const field = type.kind === "map" ? type.element : type.fields.get(key);
    return field === undefined ? [at] : unknownFields(inner, field, at);
  });
}

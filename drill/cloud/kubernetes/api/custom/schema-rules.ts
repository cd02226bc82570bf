import { isFields } from "../types/meta";
import type { Problems } from "../validate/problems";
import { same } from "../values/json";
import type { StructuralSchema } from "./structural-schema";
import { checkValue } from "./validation";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const INT_OR_STRING = [{ type: "integer" }, { type: "string" }];
/** What a part of a condition leaves to the schema around it. */
const NOT_NESTED: Readonly<Record<string, string>> = {
  default: "must be undefined to be structural",
  description: "must be empty to be structural",
  title: "must be empty to be structural",
  type: "must be empty to be structural",
  additionalProperties: "must be undefined to be structural",
  "x-kubernetes-list-map-keys": "must be empty to be structural",
  "x-kubernetes-list-type": "must be undefined to be structural",
  "x-kubernetes-map-type": "must be undefined to be structural",
  "x-kubernetes-validations": "must be empty to be structural",
};
const NOT_NESTED_FLAGS = [
  "nullable",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
];

type Place = "the root" | "specified object fields" | "specified array items";

/** A schema whose every part has a type, so that the server knows what to keep of an object. */
export function checkSchema(at: string, schema: StructuralSchema, place: Place, problems: Problems): void {
  const before = problems.causes.length;
  const root = place === "the root";
  checkType(at, schema, place, problems);
  checkExtensions(at, schema, problems);
  checkListType(at, schema, problems);
  checkConditions(at, schema, problems);
  checkValidations(`${at}.x-kubernetes-validations`, schema, problems);
  if (schema.nullable === true && root)
    problems.forbidden(`${at}.nullable`, "nullable cannot be true at the root");
  const { additionalProperties: others, properties = {}, items } = schema;
  if (others !== undefined && root)
    problems.forbidden(`${at}.additionalProperties`, "must not be used at the root");
  if (Object.keys(properties).length > 0 && others !== undefined && others !== true)
    problems.forbidden(
      `${at}.additionalProperties`,
      "additionalProperties and properties are mutual exclusive",
    );
  if (others === false)
    problems.forbidden(`${at}.additionalProperties`, "additionalProperties cannot be set to false");
  for (const [name, property] of Object.entries(properties)) {
    const here = `${at}.properties[${name}]`;
    if (root && name === "metadata") checkMetadataSchema(here, property, problems);
    else checkSchema(here, property, "specified object fields", problems);
  }
  if (items !== undefined) checkSchema(`${at}.items`, items, "specified array items", problems);
  if (isFields(others))
    checkSchema(
      `${at}.additionalProperties`,
      others as StructuralSchema,
      "specified object fields",
      problems,
    );
  if (schema.default !== undefined && problems.causes.length === before)
    checkValue(schema.default, schema, `${at}.default`, problems);
}

function checkType(at: string, schema: StructuralSchema, place: Place, problems: Problems): void {
  const open =
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema["x-kubernetes-int-or-string"] === true;
  const { type } = schema;
  if (schema["x-kubernetes-embedded-resource"] === true && type !== "object") {
    const why = "must be object if x-kubernetes-embedded-resource is true";
    if (!type) problems.required(`${at}.type`, why);
    else problems.invalid(`${at}.type`, type, why);
  } else if (!type) {
    if (place === "the root") problems.required(`${at}.type`, "must not be empty at the root");
    else if (!open) problems.required(`${at}.type`, `must not be empty for ${place}`);
  } else if (!TYPES.includes(type)) problems.unsupported(`${at}.type`, type, TYPES);
  else if (place === "the root" && type !== "object")
    problems.invalid(`${at}.type`, type, "must be object at the root");
  if (type === "array" && schema.items === undefined) problems.required(`${at}.items`, "must be specified");
  if (schema.uniqueItems === true)
    problems.forbidden(
      `${at}.uniqueItems`,
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    );
  if (schema.pattern !== undefined && !compiles(schema.pattern))
    problems.invalid(`${at}.pattern`, schema.pattern, "must be a valid regular expression");
}

function checkExtensions(at: string, schema: StructuralSchema, problems: Problems): void {
  const either = schema["x-kubernetes-int-or-string"] === true;
  for (const name of ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] as const)
    if (either && schema[name] === true)
      problems.invalid(`${at}.${name}`, true, "must be false if x-kubernetes-int-or-string is true");
  if (schema["x-kubernetes-preserve-unknown-fields"] === false)
    problems.invalid(`${at}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined");
  const map = schema["x-kubernetes-map-type"];
  if (map === undefined) return;
  const why = "must be object if x-kubernetes-map-type is specified";
  if (!schema.type) problems.required(`${at}.type`, why);
  else if (schema.type !== "object") problems.invalid(`${at}.type`, schema.type, why);
  problems.oneOf(`${at}.x-kubernetes-map-type`, map, ["atomic", "granular"]);
}

function checkListType(at: string, schema: StructuralSchema, problems: Problems): void {
  const { "x-kubernetes-list-type": list, "x-kubernetes-list-map-keys": keys = [], items, type } = schema;
  const where = `${at}.x-kubernetes-list-type`;
  if (keys.length > 0) {
    const why = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (list === undefined) problems.required(where, why);
    else if (list !== "map") problems.invalid(where, list, why);
  }
  if (list === undefined) return;
  const why = "must be array if x-kubernetes-list-type is specified";
  if (!type) problems.required(`${at}.type`, why);
  else if (type !== "array") problems.invalid(`${at}.type`, type, why);
  else if (list === "set") checkSet(`${at}.items`, items, problems);
  problems.oneOf(where, list, ["atomic", "set", "map"]);
  if (list === "map") checkKeys(at, keys, items, problems);
}

function checkSet(at: string, items: StructuralSchema | undefined, problems: Problems): void {
  const why = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const inner = items?.["x-kubernetes-list-type"];
  if (items?.type === "array" && inner !== undefined && inner !== "atomic")
    problems.invalid(`${at}.x-kubernetes-list-type`, inner, why);
  if (items?.type === "object" && items["x-kubernetes-map-type"] !== "atomic")
    problems.invalid(`${at}.x-kubernetes-map-type`, items["x-kubernetes-map-type"], why);
}

/** Items of a list are told apart by fields that each of them has. */
function checkKeys(
  at: string,
  keys: readonly string[],
  items: StructuralSchema | undefined,
  problems: Problems,
): void {
  const where = `${at}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) problems.required(where, "must not be empty if x-kubernetes-list-type is map");
  if (items === undefined) {
    problems.required(`${at}.items`, "must have a schema if x-kubernetes-list-type is map");
    return;
  }
  if (items.type !== "object") {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    problems.invalid(`${at}.items.type`, items.type ?? "", why);
    return;
  }
  if (items.nullable === true) problems.forbidden(`${at}.items.nullable`, "cannot be nullable");
  for (const key of keys) {
    const property = items.properties?.[key];
    const here = `${at}.items.properties[${key}]`;
    if (property === undefined) {
      problems.invalid(where, keys, "entries must all be names of item properties");
      continue;
    }
    if (property.type === "array" || property.type === "object")
      problems.invalid(
        `${here}.type`,
        items.type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      );
    if (property.default === undefined && !(items.required ?? []).includes(key))
      problems.required(
        `${here}.default`,
        `this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      );
    if (property.nullable === true)
      problems.forbidden(
        `${here}.nullable`,
        "this property is in x-kubernetes-list-map-keys, so it cannot be nullable",
      );
  }
  if (new Set(keys).size < keys.length) problems.invalid(where, keys, "must not contain duplicate entries");
}

/** Conditions judge values; what there is, and of which type, the schema around them says. */
function checkConditions(at: string, schema: StructuralSchema, problems: Problems): void {
  for (const name of ["allOf", "anyOf", "oneOf"] as const)
    for (const [index, part] of (schema[name] ?? []).entries()) {
      const either = name === "anyOf" && same(schema.anyOf, INT_OR_STRING);
      const first = name === "allOf" && index === 0 && same(part.anyOf, INT_OR_STRING);
      if (!either) checkNested(`${at}.${name}[${index}]`, first ? { ...part, anyOf: [] } : part, problems);
    }
  if (schema.not !== undefined) checkNested(`${at}.not`, schema.not, problems);
}

function checkNested(at: string, schema: StructuralSchema, problems: Problems): void {
  const fields = schema as Readonly<Record<string, unknown>>;
  for (const [name, why] of Object.entries(NOT_NESTED)) {
    const rules = name === "x-kubernetes-validations" && /\.allOf\[\d+\]$/.test(at);
    if (fields[name] !== undefined && !rules) problems.forbidden(`${at}.${name}`, why);
  }
  for (const name of NOT_NESTED_FLAGS)
    if (fields[name] === true) problems.forbidden(`${at}.${name}`, "must be false to be structural");
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const here = `${at}.properties[${name}]`;
    if (name === "metadata") problems.forbidden(here, "must not be specified in a nested context");
    checkNested(here, property, problems);
  }
  if (schema.items !== undefined) checkNested(`${at}.items`, schema.items, problems);
  checkConditions(at, schema, problems);
}

function checkMetadataSchema(at: string, schema: StructuralSchema, problems: Problems): void {
  if (schema.type !== "object") problems.invalid(`${at}.type`, schema.type ?? "", "must be object");
  const { properties = {}, type: _type, default: _default, description: _text, ...rest } = schema;
  const more = Object.keys(properties).some((name) => name !== "name" && name !== "generateName");
  if (more || Object.keys(rest).length > 0)
    problems.forbidden(
      at,
      "must not specify anything other than name and generateName, but metadata is implicitly specified",
    );
}

/** Rules have a text, and say in one line what they refuse. */
function checkValidations(at: string, schema: StructuralSchema, problems: Problems): void {
  for (const [index, { rule = "", message = "", ...rest }] of (
    schema["x-kubernetes-validations"] ?? []
  ).entries()) {
    const here = `${at}[${index}]`;
    if (rule.trim() === "") problems.required(`${here}.rule`, "rule is not specified");
    else if (message !== "" && message.trim() === "")
      problems.invalid(`${here}.message`, message, "must be non-empty if specified");
    else if (/[\r\n]/.test(message.trim()))
      problems.invalid(`${here}.message`, message, "must not contain line breaks");
    else if (/[\r\n]/.test(rule.trim()) && message === "")
      problems.required(`${here}.message`, "message must be specified if rule contains line breaks");
    if (rest.messageExpression !== undefined && rest.messageExpression.trim() === "")
      problems.required(`${here}.messageExpression`, "messageExpression must be non-empty if specified");
    problems.oneOfIfGiven(`${here}.reason`, rest.reason, REASONS);
    if (rest.optionalOldSelf !== undefined && !/\boldSelf\b/.test(rule))
      problems.invalid(
        `${here}.optionalOldSelf`,
        rest.optionalOldSelf,
        "may not be set if oldSelf is not used in rule",
      );
  }
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern.replace(/\(\?[ims]+\)/g, ""));
    return true;
  } catch {
    return false;
  }
}

import { type Fields, isFields, type KubernetesObject } from "../types/meta";
import type { Problems } from "../validate/problems";
import { same } from "../values/json";
import { evaluateRule } from "./cel/evaluate";
import type { StructuralSchema } from "./structural-schema";

const NOT_CHECKED =
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

/** Judges a custom resource by its schema, then by the rules written in it. */
export function checkCustomResource(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  schema: StructuralSchema,
  problems: Problems,
): void {
  const before = problems.causes.length;
  checkValue(body(object), schema, "", problems);
  if (!hasRules(schema)) return;
  if (problems.causes.length > before) problems.invalid("<nil>", null, NOT_CHECKED);
  else checkRules(body(object), live === undefined ? undefined : body(live), schema, "", problems);
}

/** The object without what every object has. */
function body({ apiVersion: _version, kind: _kind, metadata: _metadata, ...rest }: KubernetesObject): Fields {
  return rest;
}

/** Judges a value, and all in it, by a schema. */
export function checkValue(value: unknown, schema: StructuralSchema, path: string, problems: Problems): void {
  if (value === null && schema.nullable === true) return;
  const wanted = schema["x-kubernetes-int-or-string"] === true ? "int-or-string" : schema.type;
  if (wanted !== undefined && !isOfType(value, wanted)) {
    const given = typeName(value);
    problems.wrongType(path, given, `${path} in body must be of type ${wanted}: ${JSON.stringify(given)}`);
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((each) => same(each, value))) {
    problems.unsupported(path, value, schema.enum.map(String));
  }
  if (typeof value === "number") checkNumber(value, schema, path, problems);
  if (typeof value === "string") checkText(value, schema, path, problems);
  if (Array.isArray(value)) checkList(value, schema, path, problems);
  if (isFields(value)) checkObject(value, schema, path, problems);
  for (const part of schema.allOf ?? []) checkValue(value, part, path, problems);
  checkAlternatives(value, schema, path, problems);
}

function checkAlternatives(
  value: unknown,
  { anyOf, oneOf, not }: StructuralSchema,
  path: string,
  problems: Problems,
): void {
  if (anyOf !== undefined && !anyOf.some((part) => fits(value, part))) {
    problems.invalid(path, value, `${JSON.stringify(path)} must validate at least one schema (anyOf)`);
  }
  if (oneOf !== undefined && oneOf.filter((part) => fits(value, part)).length !== 1) {
    problems.invalid(path, value, `${JSON.stringify(path)} must validate one and only one schema (oneOf)`);
  }
  if (not !== undefined && fits(value, not))
    problems.invalid(path, value, `${JSON.stringify(path)} must not validate the schema (not)`);
}

function fits(value: unknown, schema: StructuralSchema): boolean {
  const causes: unknown[] = [];
  const collector = new Proxy({ causes } as unknown as Problems, {
    get: () => () => causes.push(0),
  });
  checkValue(value, schema, "", collector);
  return causes.length === 0;
}

function checkNumber(value: number, schema: StructuralSchema, path: string, problems: Problems): void {
  const { minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false, multipleOf } = schema;
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    problems.invalid(
      path,
      value,
      `${path} in body should be greater than ${exclusiveMinimum ? "" : "or equal to "}${minimum}`,
    );
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    problems.invalid(
      path,
      value,
      `${path} in body should be less than ${exclusiveMaximum ? "" : "or equal to "}${maximum}`,
    );
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    problems.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
  }
}

function checkText(
  value: string,
  { pattern, minLength, maxLength, format }: StructuralSchema,
  path: string,
  problems: Problems,
): void {
  if (pattern !== undefined && !goPattern(pattern).test(value))
    problems.invalid(path, value, `${path} in body should match '${pattern}'`);
  const length = [...value].length;
  if (minLength !== undefined && length < minLength)
    problems.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  if (maxLength !== undefined && length > maxLength) problems.tooLong(path, maxLength);
  if (format === "date-time" && Number.isNaN(Date.parse(value))) {
    problems.invalid(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`);
  }
}

/** Go writes flags inside the pattern: `(?i)`. */
function goPattern(pattern: string): RegExp {
  const inline = /\(\?([ims]+)\)/.exec(pattern);
  return new RegExp(pattern.replace(/\(\?[ims]+\)/g, ""), `u${inline?.[1] ?? ""}`.replace("u", ""));
}

function checkList(
  value: readonly unknown[],
  schema: StructuralSchema,
  path: string,
  problems: Problems,
): void {
  const {
    minItems,
    maxItems,
    items,
    "x-kubernetes-list-type": listType,
    "x-kubernetes-list-map-keys": keys = [],
  } = schema;
  if (minItems !== undefined && value.length < minItems)
    problems.invalid(path, value.length, `${path} in body should have at least ${minItems} items`);
  if (maxItems !== undefined && value.length > maxItems) problems.tooMany(path, value.length, maxItems);
  const seen: unknown[] = [];
  for (const [index, item] of value.entries()) {
    if (items !== undefined) checkValue(item, items, `${path}[${index}]`, problems);
    if (listType !== "set" && listType !== "map" && schema.uniqueItems !== true) continue;
    const key =
      listType === "map" && isFields(item)
        ? Object.fromEntries(keys.map((name) => [name, item[name] ?? null]))
        : item;
    if (seen.some((each) => same(each, key))) problems.duplicate(`${path}[${index}]`, key);
    seen.push(key);
  }
}

function checkObject(value: Fields, schema: StructuralSchema, path: string, problems: Problems): void {
  const { required = [], properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const key of required) {
    if (value[key] === undefined && !["apiVersion", "kind", "metadata"].includes(key))
      problems.required(at(key));
  }
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties)
    problems.invalid(path, count, `${path} in body should have at least ${minProperties} properties`);
  if (maxProperties !== undefined && count > maxProperties) problems.tooMany(path, count, maxProperties);
  for (const [key, inner] of Object.entries(value)) {
    const property = properties[key];
    if (property !== undefined) checkValue(inner, property, at(key), problems);
    else if (isFields(additionalProperties))
      checkValue(inner, additionalProperties as StructuralSchema, at(key), problems);
  }
}

function checkRules(
  value: unknown,
  old: unknown,
  schema: StructuralSchema,
  path: string,
  problems: Problems,
): void {
  if (value === undefined || value === null) return;
  for (const rule of schema["x-kubernetes-validations"] ?? []) {
    // A rule about the old value is for updates alone.
    if (/\boldSelf\b/.test(rule.rule) && old === undefined && rule.optionalOldSelf !== true) continue;
    const failure = evaluateRule(rule.rule, value, old);
    if (failure === "holds") continue;
    const field = `${path}${rule.fieldPath ?? ""}`;
    const text = failure === "fails" ? (rule.message ?? `failed rule: ${rule.rule}`) : failure.error;
    if (rule.reason === "FieldValueForbidden") problems.forbidden(field, text);
    else if (rule.reason === "FieldValueRequired") problems.required(field, text);
    else if (rule.reason === "FieldValueDuplicate") problems.duplicate(field, typeName(value));
    else problems.invalid(field === "" ? "<nil>" : field, schema.type ?? typeName(value), text);
  }
  if (Array.isArray(value)) {
    const before = Array.isArray(old) ? old : [];
    for (const [index, item] of value.entries()) {
      const twin = correlated(item, before, schema);
      checkRules(item, twin, schema.items ?? {}, `${path}[${index}]`, problems);
    }
  }
  if (!isFields(value)) return;
  const before = isFields(old) ? old : {};
  for (const [key, inner] of Object.entries(value)) {
    const { properties, additionalProperties } = schema;
    const property =
      properties?.[key] ??
      (isFields(additionalProperties) ? (additionalProperties as StructuralSchema) : undefined);
    if (property !== undefined)
      checkRules(inner, before[key], property, path === "" ? key : `${path}.${key}`, problems);
  }
}

/** Only items of a list that merges by keys have a past of their own. */
function correlated(item: unknown, before: readonly unknown[], schema: StructuralSchema): unknown {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (schema["x-kubernetes-list-type"] !== "map" || keys === undefined || !isFields(item)) return undefined;
  return before.find((each) => isFields(each) && keys.every((key) => same(each[key], item[key])));
}

function hasRules(schema: StructuralSchema): boolean {
  if ((schema["x-kubernetes-validations"] ?? []).length > 0) return true;
  const parts = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return parts.some((part) => isFields(part) && hasRules(part as StructuralSchema));
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "int-or-string":
      return typeof value === "string" || (typeof value === "number" && Number.isInteger(value));
    case "array":
      return Array.isArray(value);
    case "object":
      return isFields(value);
    case "number":
    case "string":
    case "boolean":
      return typeof value === type;
    default:
      return true;
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

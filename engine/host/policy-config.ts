import { readFileSync } from "node:fs";
import { UserError } from "../errors";
import type { PropertyMap, Value } from "../values/value";

export type EnforcementLevel = "advisory" | "mandatory" | "disabled" | "remediate";
export const LEVELS: EnforcementLevel[] = ["advisory", "mandatory", "disabled", "remediate"];

export interface PolicySettings {
  level: EnforcementLevel | undefined;
  properties: PropertyMap;
}
export type PackConfig = Map<string, PolicySettings>;

/** What a pack says about one of its policies. */
export interface PolicyDescription {
  name: string;
  level: EnforcementLevel;
  schema: { properties: PropertyMap; required: string[] } | undefined;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws UserError naming the file and the entry that is wrong */
export function readPackConfig(file: string): PackConfig {
  let content: unknown;
  try {
    const text = readFileSync(file, "utf8");
    content = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new UserError(`could not read the policy pack configuration ${file}: ${(error as Error).message}`);
  }
  if (!isMap(content)) throw new UserError(`${file}: the configuration must be an object`);
  const config: PackConfig = new Map();
  for (const [name, value] of Object.entries(content)) {
    if (name === "environments") continue;
    if (typeof value === "string") {
      config.set(name, { level: level(value, name, file), properties: {} });
      continue;
    }
    if (!isMap(value))
      throw new UserError(
        `${file}: parsing "${name}": ${JSON.stringify(value)} is not a valid value; must be a string or object`,
      );
    const { enforcementLevel, ...properties } = value;
    config.set(name, {
      level: enforcementLevel === undefined ? undefined : level(enforcementLevel, name, file),
      properties: properties as PropertyMap,
    });
  }
  return config;
}

function level(value: unknown, name: string, file: string): EnforcementLevel {
  const found = LEVELS.find((each) => each === value);
  if (!found)
    throw new UserError(
      `${file}: parsing enforcement level for "${name}": ${JSON.stringify(value)} is not a valid enforcement level`,
    );
  return found;
}

/**
 * Levels and properties of all policies: the pack's own, its initial configuration, then the file; `all` comes before
 * single policies.
 */
export function reconcile(
  policies: PolicyDescription[],
  initial: PackConfig,
  given: PackConfig | undefined,
): { config: PackConfig; problems: string[] } {
  const config: PackConfig = new Map();
  for (const { name, level: own, schema } of policies) {
    const properties: PropertyMap = {};
    for (const [key, property] of Object.entries(schema?.properties ?? {}))
      if (isMap(property) && property.default !== undefined) properties[key] = property.default as Value;
    config.set(name, { level: own, properties });
  }
  for (const layer of [initial, given]) {
    const all = layer?.get("all")?.level;
    if (all) for (const settings of config.values()) settings.level = all;
    for (const [name, settings] of layer ?? []) {
      const current = config.get(name);
      config.set(name, {
        level: settings.level ?? current?.level,
        properties: { ...current?.properties, ...settings.properties },
      });
    }
  }
  const problems = policies.flatMap(({ name, schema }) =>
    schema ? check(schema, config.get(name)?.properties ?? {}).map((problem) => `${name}: ${problem}`) : [],
  );
  return { config, problems };
}

function check(schema: NonNullable<PolicyDescription["schema"]>, properties: PropertyMap): string[] {
  const problems = schema.required.filter((key) => !(key in properties)).map((key) => `${key} is required`);
  for (const [key, rules] of Object.entries(schema.properties))
    if (key in properties && isMap(rules)) problems.push(...checkValue(key, rules, properties[key]));
  return problems;
}

const typeName = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : typeof value === "number"
        ? Number.isInteger(value)
          ? "integer"
          : "number"
        : typeof value;

/** The part of JSON schema that configuration schemas use. */
function checkValue(path: string, rules: Record<string, unknown>, value: unknown): string[] {
  const problems: string[] = [];
  const types = ([] as unknown[]).concat(rules.type ?? []);
  const actual = typeName(value);
  if (types.length > 0 && !types.includes(actual) && !(actual === "integer" && types.includes("number"))) {
    problems.push(`${path}: Invalid type. Expected: ${types.join(", ")}, given: ${actual}`);
    return problems;
  }
  if (Array.isArray(rules.enum) && !rules.enum.some((each) => JSON.stringify(each) === JSON.stringify(value)))
    problems.push(
      `${path}: must be one of the following: ${rules.enum.map((each) => JSON.stringify(each)).join(", ")}`,
    );
  if ("const" in rules && JSON.stringify(rules.const) !== JSON.stringify(value))
    problems.push(`${path}: must be ${JSON.stringify(rules.const)}`);
  if (typeof value === "number") {
    if (typeof rules.minimum === "number" && value < rules.minimum)
      problems.push(`${path}: must be >= ${rules.minimum}`);
    if (typeof rules.maximum === "number" && value > rules.maximum)
      problems.push(`${path}: must be <= ${rules.maximum}`);
  }
  if (typeof value === "string") {
    if (typeof rules.minLength === "number" && value.length < rules.minLength)
      problems.push(`${path}: String length must be greater than or equal to ${rules.minLength}`);
    if (typeof rules.maxLength === "number" && value.length > rules.maxLength)
      problems.push(`${path}: String length must be less than or equal to ${rules.maxLength}`);
    if (typeof rules.pattern === "string" && !new RegExp(rules.pattern).test(value))
      problems.push(`${path}: Does not match pattern '${rules.pattern}'`);
  }
  if (Array.isArray(value)) {
    if (typeof rules.minItems === "number" && value.length < rules.minItems)
      problems.push(`${path}: Array must have at least ${rules.minItems} items`);
    const { items } = rules;
    if (isMap(items))
      value.forEach((item, i) => {
        problems.push(...checkValue(`${path}.${i}`, items, item));
      });
  }
  if (isMap(value) && isMap(rules.properties))
    for (const [key, inner] of Object.entries(rules.properties))
      if (key in value && isMap(inner)) problems.push(...checkValue(`${path}.${key}`, inner, value[key]));
  return problems;
}

import { UserError } from "../errors";
import type { Crypter } from "../secrets/passphrase";
import type { ConfigValue } from "./config-value";
import type { ConfigDeclaration, Project } from "./project";
import { type ConfigMap, fullKey, isSecure, type PlainConfig, plainConfig } from "./stack-config";

/** Values of the stack with the defaults of the project filled in. */
export function withProjectDefaults(project: Project, stack: ConfigMap): ConfigMap {
  const merged: ConfigMap = new Map(stack);
  for (const [name, declared] of Object.entries(project.config)) {
    const key = fullKey(name, project.name);
    const value = declared.default ?? declared.value;
    if (merged.has(key) || value === undefined) continue;
    merged.set(key, typeof value === "object" ? (value as ConfigValue) : String(value));
  }
  return merged;
}

/**
 * Checks stack values against the declarations of the project.
 * @throws UserError naming missing keys, then the first value of a wrong kind, in the CLI's words
 */
export function validateConfig(
  stackName: string,
  project: Project,
  merged: ConfigMap,
  crypter: () => Crypter,
): void {
  const names = Object.keys(project.config).sort();
  const missing = names.filter((name) => {
    const key = fullKey(name, project.name);
    return !merged.has(key) && key.startsWith(`${project.name}:`);
  });
  if (missing.length > 0)
    throw new UserError(
      `Stack '${stackName}' is missing configuration ${missing.length > 1 ? "values" : "value"} ${listed(missing)}`,
    );
  for (const name of names) {
    const declared = project.config[name];
    const value = merged.get(fullKey(name, project.name));
    if (!declared?.type || value === undefined) continue;
    if (declared.secret && !isSecure(value))
      throw new UserError(
        `Stack '${stackName}' with configuration key '${name}' must be encrypted as it's secret`,
      );
    const plain = plainConfig(value, crypter);
    const content: unknown = plain.object ? JSON.parse(plain.value) : plain.value;
    if (!hasType(declared, content))
      throw new UserError(
        `Stack '${stackName}' with configuration key '${name}' must be of type '${typeName(declared)}'`,
      );
  }
}

function listed(keys: string[]): string {
  const quoted = keys.map((key) => `'${key}'`);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

function typeName(declared: ConfigDeclaration): string {
  return declared.type === "array" && declared.items
    ? `array<${typeName(declared.items)}>`
    : (declared.type ?? "");
}

function hasType(declared: ConfigDeclaration, value: unknown): boolean {
  switch (declared.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "number" ? Number.isInteger(value) : /^[+-]?\d+$/.test(String(value));
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "array":
      return (
        Array.isArray(value) &&
        (!declared.items || value.every((item) => hasType(declared.items as ConfigDeclaration, item)))
      );
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return true;
  }
}

/** What programs, packs and default providers are given: `namespace:name` → value. */
export function resolveConfig(merged: ConfigMap, crypter: () => Crypter): Map<string, PlainConfig> {
  return new Map([...merged].map(([key, value]) => [key, plainConfig(value, crypter)]));
}

/** Resolved configuration in the form that is handed to programs. */
export const forPrograms = (
  config: ReadonlyMap<string, PlainConfig>,
): { config: Record<string, string>; configSecretKeys: string[] } => ({
  config: Object.fromEntries([...config].map(([key, { value }]) => [key, value])),
  configSecretKeys: [...config].filter(([, { secret }]) => secret).map(([key]) => key),
});

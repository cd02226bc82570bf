import { isFields } from "../types/meta";
import { dns1035Label, dnsSubdomain } from "../validate/formats";
import type { Problems } from "../validate/problems";
import type { Definition, DefinitionVersion } from "./definition";
import type { StructuralSchema } from "./structural-schema";

/** Rules of a CustomResourceDefinition: its names, its versions, and a schema whose every part has a type. */
export function checkDefinition({ metadata, spec }: Definition, problems: Problems): void {
  const { names, group, versions = [], scope } = spec ?? ({} as Partial<Definition["spec"]>);
  if (metadata.name !== `${names?.plural}.${group}`) {
    problems.invalid("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group');
  }
  if (!group) problems.required("spec.group");
  else {
    problems.texts("spec.group", group, dnsSubdomain(group));
    if (!group.includes("."))
      problems.invalid("spec.group", group, "should be a domain with at least one dot");
  }
  if (!scope) problems.required("spec.scope");
  problems.oneOf("spec.scope", scope, ["Cluster", "Namespaced"]);
  checkNames(names, problems);
  checkVersions(versions, problems);
}

function checkNames(names: Definition["spec"]["names"] | undefined, problems: Problems): void {
  for (const field of ["plural", "singular", "kind", "listKind"] as const) {
    const value = names?.[field] ?? "";
    if (value === "" && field !== "singular") problems.required(`spec.names.${field}`);
    else
      problems.texts(
        `spec.names.${field}`,
        value,
        dns1035Label(field.endsWith("ind") ? value.toLowerCase() : value),
      );
  }
  for (const [index, name] of (names?.shortNames ?? []).entries()) {
    problems.texts(`spec.names.shortNames[${index}]`, name, dns1035Label(name));
  }
  if (names?.kind !== undefined && names.kind === names.listKind) {
    problems.invalid("spec.names.listKind", names.listKind, "kind and listKind may not be the same");
  }
}

function checkVersions(versions: readonly DefinitionVersion[], problems: Problems): void {
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    problems.texts(`${at}.name`, version.name ?? "", dns1035Label(version.name ?? ""));
    if (seen.has(version.name)) problems.invalid(`${at}.name`, version.name, "must be unique");
    seen.add(version.name);
    const schema = version.schema?.openAPIV3Schema;
    // With one version alone the server speaks of the schema as if it stood at the top.
    const where = versions.length === 1 ? "spec.validation.openAPIV3Schema" : `${at}.schema.openAPIV3Schema`;
    if (schema === undefined) problems.required(`${at}.schema.openAPIV3Schema`, "schemas are required");
    else checkSchema(where, schema, "the root", problems);
  }
  const stored = versions.filter(({ storage }) => storage).length;
  if (stored !== 1)
    problems.invalidStructure("spec.versions", "must have exactly one version marked as storage version");
}

function checkSchema(at: string, schema: StructuralSchema, place: string, problems: Problems): void {
  const open =
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema["x-kubernetes-int-or-string"] === true;
  const root = place === "the root";
  if (schema.type === undefined) {
    if (root) problems.required(`${at}.type`, "must not be empty at the root");
    else if (!open) problems.required(`${at}.type`, `must not be empty for ${place}`);
  } else if (root && schema.type !== "object")
    problems.invalid(`${at}.type`, schema.type, "must be object at the root");
  if (schema.properties !== undefined && isFields(schema.additionalProperties)) {
    problems.forbidden(
      `${at}.additionalProperties`,
      "additionalProperties and properties are mutual exclusive",
    );
  }
  if (schema.additionalProperties === false) {
    problems.forbidden(`${at}.additionalProperties`, "additionalProperties cannot be set to false");
  }
  if (schema.uniqueItems === true) {
    problems.forbidden(
      `${at}.uniqueItems`,
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    );
  }
  if (schema.type === "array" && schema.items === undefined)
    problems.required(`${at}.items`, "must be specified");
  if (
    schema["x-kubernetes-list-type"] === "map" &&
    (schema["x-kubernetes-list-map-keys"] ?? []).length === 0
  ) {
    problems.required(
      `${at}.x-kubernetes-list-map-keys`,
      "must not be empty if x-kubernetes-list-type is map",
    );
  }
  if (schema.pattern !== undefined && !compiles(schema.pattern)) {
    problems.invalid(`${at}.pattern`, schema.pattern, "must be a valid regular expression");
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (root && name === "metadata") continue;
    checkSchema(`${at}.properties[${name}]`, property, "specified object fields", problems);
  }
  if (schema.items !== undefined) checkSchema(`${at}.items`, schema.items, "specified array items", problems);
  if (isFields(schema.additionalProperties)) {
    checkSchema(
      `${at}.additionalProperties`,
      schema.additionalProperties as StructuralSchema,
      "specified object fields",
      problems,
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

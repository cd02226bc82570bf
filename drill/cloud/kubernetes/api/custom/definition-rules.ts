import { dns1035Label, dnsSubdomain } from "../validate/formats";
import type { Problems } from "../validate/problems";
import { same } from "../values/json";
import type { Definition, DefinitionVersion } from "./definition";
import { checkSchema } from "./schema-rules";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const APPROVAL = "api-approved.kubernetes.io";

/** Rules of a CustomResourceDefinition: its names, its versions, and a schema whose every part has a type. */
export function checkDefinition(
  { metadata, spec }: Definition,
  live: Definition | undefined,
  problems: Problems,
): void {
  const { names, group, versions = [], scope, conversion } = spec ?? ({} as Partial<Definition["spec"]>);
  if (metadata.name !== `${names?.plural}.${group}`) {
    problems.invalid("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group');
  }
  if (!group) problems.required("spec.group");
  else {
    const wrong = dnsSubdomain(group);
    if (wrong.length > 0) problems.invalid("spec.group", group, wrong.join(","));
    else if (!group.includes("."))
      problems.invalid("spec.group", group, "should be a domain with at least one dot");
    checkApproval(group, metadata.annotations?.[APPROVAL], live !== undefined, problems);
  }
  problems.oneOf("spec.scope", scope, ["Cluster", "Namespaced"]);
  checkNames(names, problems);
  checkVersions(versions, problems);
  problems.oneOfIfGiven("spec.conversion.strategy", conversion?.strategy, ["None", "Webhook"]);
  if (live === undefined || spec === undefined) return;
  const fixed = {
    "spec.scope": [scope, live.spec.scope],
    "spec.names.kind": [names?.kind, live.spec.names.kind],
    "spec.group": [group, live.spec.group],
    "spec.names.plural": [names?.plural, live.spec.names.plural],
  };
  for (const [at, [next, before]] of Object.entries(fixed))
    if (next !== before) problems.invalid(at, next, "field is immutable");
}

/** Groups of the project itself are for what its community has agreed on. */
function checkApproval(
  group: string,
  approval: string | undefined,
  update: boolean,
  problems: Problems,
): void {
  if (update || !/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return;
  const at = `metadata.annotations[${APPROVAL}]`;
  const why =
    'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111';
  if (approval === undefined || approval === "") problems.required(at, why);
  else if (!approval.startsWith("unapproved") && !URL.canParse(approval)) problems.invalid(at, approval, why);
}

function checkNames(names: Partial<Definition["spec"]["names"]> | undefined, problems: Problems): void {
  for (const field of ["plural", "singular", "kind", "listKind"] as const) {
    const value = names?.[field] ?? "";
    const mixed = field.endsWith("ind");
    const wrong = dns1035Label(mixed ? value.toLowerCase() : value);
    if (value === "") problems.required(`spec.names.${field}`);
    else if (wrong.length > 0)
      problems.invalid(
        `spec.names.${field}`,
        value,
        `${mixed ? "may have mixed case, but should otherwise match: " : ""}${wrong.join(",")}`,
      );
  }
  for (const list of ["shortNames", "categories"] as const)
    for (const [index, name] of (names?.[list] ?? []).entries()) {
      const wrong = dns1035Label(name);
      if (wrong.length > 0) problems.invalid(`spec.names.${list}[${index}]`, name, wrong.join(","));
    }
  if (names?.kind !== undefined && names.kind === names.listKind) {
    problems.invalid("spec.names.listKind", names.listKind, "kind and listKind may not be the same");
  }
}

function checkVersions(versions: readonly DefinitionVersion[], problems: Problems): void {
  const [first] = versions;
  // What all versions have in common the server speaks of as if it stood at the top, once.
  const shared = <Key extends keyof DefinitionVersion>(key: Key): boolean =>
    first?.[key] !== undefined && versions.every((version) => same(version[key], first[key]));
  const place = (key: keyof DefinitionVersion, index: number): string | undefined =>
    shared(key) ? (index === 0 ? "spec" : undefined) : `spec.versions[${index}]`;
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    const wrong = dns1035Label(version.name ?? "");
    if (wrong.length > 0) problems.invalid(`${at}.name`, version.name, wrong.join(","));
    const schema = version.schema?.openAPIV3Schema;
    const where = place("schema", index);
    const holder = where === "spec" ? "validation" : "schema";
    if (schema === undefined) problems.required(`${at}.schema.openAPIV3Schema`, "schemas are required");
    else if (where !== undefined)
      checkSchema(`${where}.${holder}.openAPIV3Schema`, schema, "the root", problems);
    checkColumns(place("additionalPrinterColumns", index), version, problems);
    checkScale(place("subresources", index), version, problems);
    if (version.deprecationWarning !== undefined && version.deprecated !== true)
      problems.invalid(
        `${at}.deprecationWarning`,
        version.deprecationWarning,
        "can only be set for deprecated versions",
      );
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    problems.invalidStructure("spec.versions", "must contain unique version names");
  const stored = versions.filter(({ storage }) => storage).map(({ name }) => name);
  if (stored.length === 1) return;
  problems.invalidStructure("spec.versions", "must have exactly one version marked as storage version");
  if (stored.length === 0)
    problems.invalid("status.storedVersions", [], "must have at least one stored version");
  for (const name of stored.slice(1))
    problems.invalid("status.storedVersions", stored.slice(0, 1), `must have the storage version ${name}`);
}

function checkColumns(
  at: string | undefined,
  { additionalPrinterColumns: columns = [] }: DefinitionVersion,
  problems: Problems,
): void {
  if (at === undefined) return;
  const types = `must be one of ${COLUMN_TYPES.join(",")}`;
  for (const [index, { name, type, format, jsonPath }] of columns.entries()) {
    const here = `${at}.additionalPrinterColumns[${index}]`;
    if (!name) problems.required(`${here}.name`);
    if (!type) problems.required(`${here}.type`, types);
    else if (!COLUMN_TYPES.includes(type)) problems.invalid(`${here}.type`, type, types);
    if (format && !COLUMN_FORMATS.includes(format))
      problems.invalid(`${here}.format`, format, `must be one of ${COLUMN_FORMATS.join(",")}`);
    if (!jsonPath) problems.required(`${here}.JSONPath`);
    else if (!/^[.[]/.test(jsonPath))
      problems.invalid(`${here}.JSONPath`, jsonPath, "must be a simple json path starting with .");
  }
}

function checkScale(at: string | undefined, { subresources }: DefinitionVersion, problems: Problems): void {
  const scale = subresources?.scale;
  if (at === undefined || scale === undefined) return;
  for (const part of ["spec", "status"] as const) {
    const path = scale[`${part}ReplicasPath`];
    const here = `${at}.subresources.scale.${part}ReplicasPath`;
    if (!path) problems.required(here);
    else if (!path.startsWith(`.${part}.`))
      problems.invalid(here, path, `should be a json path under .${part}`);
  }
}

/**
 * Writes fields.json, the field tables of the Kubernetes API types this stand-in knows.
 *
 *     npm install --no-save @kubernetes/client-node@1.4.0     (the models of Kubernetes 1.34)
 *     npx tsx drill/cloud/kubernetes/api/schema/generate-fields.ts node_modules/@kubernetes/client-node/dist/gen/models
 *
 * With an output file and names of kinds it writes the tables of those kinds there, and marks fields that must be there with
 * `!`: the schemas that tests hold the program's objects against.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOTS = [
  "V1Namespace V1Pod V1ResourceQuota V1LimitRange V1ServiceAccount V1ConfigMap V1Secret V1Service CoreV1Event",
  "V1Role V1RoleBinding V1ClusterRole V1ClusterRoleBinding V1Deployment V1ReplicaSet V1EndpointSlice",
  "V1PodDisruptionBudget V2HorizontalPodAutoscaler V1NetworkPolicy V1Job V1CronJob V1Ingress V1IngressClass",
  "V1PriorityClass V1CustomResourceDefinition V1DeleteOptions V1Eviction V1Scale",
].flatMap((line) => line.split(" "));

// The models call these plain strings; the API reads them as quantities, numbers included.
const QUANTITIES = new Set([
  "limits",
  "requests",
  "hard",
  "used",
  "default",
  "defaultRequest",
  "max",
  "min",
  "maxLimitRequestRatio",
  "capacity",
  "sizeLimit",
  "averageValue",
  "divisor",
  "overhead",
  "tolerance",
  "allocatedResources",
]);
const MAP = /^\{ \[key: string\]: (.*); \}$/;
const LIST = /^Array<(.*)>$/;

const [, , folder, output, ...kinds] = process.argv;
if (folder === undefined) throw new Error("usage: generate-fields.ts FOLDER_OF_MODELS [OUTPUT KIND...]");

const tables: Record<string, Record<string, string>> = {};
const queue = kinds.length > 0 ? [...kinds] : [...ROOTS];
for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (tables[name] !== undefined) continue;
  const text = readFileSync(path.join(folder, `${name}.js`), "utf8");
  const list = /attributeTypeMap = (\[[\s\S]*?\n\]|\[\]);/.exec(text)?.[1] ?? "[]";
  const declared = output === undefined ? "" : readFileSync(path.join(folder, `${name}.d.ts`), "utf8");
  const table: Record<string, string> = {};
  for (const { baseName, type, format } of JSON.parse(list) as Record<string, string>[]) {
    const needed = declared.includes(`'${baseName}':`) ? "!" : "";
    table[baseName ?? ""] = `${needed}${typeOf(name, baseName ?? "", type ?? "", format ?? "")}`;
  }
  tables[name] = table;
}
const sorted = Object.fromEntries(Object.entries(tables).sort(([a], [b]) => a.localeCompare(b)));
writeFileSync(output ?? path.join(__dirname, "fields.json"), `${JSON.stringify(sorted, null, 1)}\n`);

/** `string`, `map:string`, `list:V1Container`, `int32`, `time`, `bytes`, `quantity`, `any`, or the name of a table. */
function typeOf(owner: string, field: string, type: string, format: string): string {
  const map = MAP.exec(type)?.[1];
  if (map !== undefined) return `map:${typeOf(owner, field, map, format)}`;
  const list = LIST.exec(type)?.[1];
  if (list !== undefined) return `list:${typeOf(owner, field, list, format)}`;
  if (type === "string" && format === "byte") return "bytes";
  const quantity = QUANTITIES.has(field) || (field === "value" && owner.startsWith("V2Metric"));
  if (type === "string") return quantity && !owner.startsWith("V1JSONSchema") ? "quantity" : "string";
  if (type === "number") return format === "" ? "int64" : format;
  if (type === "Date" || type === "V1MicroTime") return "time";
  if (type === "IntOrString") return "intOrString";
  if (type === "any" || type === "object") return "any";
  if (type === "boolean") return type;
  queue.push(type);
  return type;
}

import type { ConfigMap, Secret } from "../types/store";
import { same } from "../values/json";
import { dataKey } from "./formats";
import type { Problems } from "./problems";

const MOST_BYTES = 1024 * 1024;
const IMMUTABLE = "field is immutable when `immutable` is set";

export function checkConfigMap(next: ConfigMap, live: ConfigMap | undefined, problems: Problems): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(next.data ?? {})) {
    problems.texts(`data[${key}]`, key, dataKey(key));
    if (next.binaryData?.[key] !== undefined)
      problems.invalid(`data[${key}]`, key, "duplicate of key present in binaryData");
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(next.binaryData ?? {})) {
    problems.texts(`binaryData[${key}]`, key, dataKey(key));
    bytes += Buffer.byteLength(value, "base64");
  }
  // The real server names no field here.
  if (bytes > MOST_BYTES) problems.tooLong("[]", MOST_BYTES);
  checkFrozen(next, live, ["data", "binaryData"], problems);
}

export function checkSecret(next: Secret, live: Secret | undefined, problems: Problems): void {
  const data = next.data ?? {};
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    problems.texts(`data[${key}]`, key, dataKey(key));
    bytes += Buffer.byteLength(value, "base64");
  }
  if (bytes > MOST_BYTES) problems.tooLong("data", MOST_BYTES);
  checkType(next, data, problems);
  if (live !== undefined && live.type !== next.type)
    problems.invalid("type", next.type, "field is immutable");
  checkFrozen(next, live, ["data"], problems);
}

function checkType(
  { type, metadata }: Secret,
  data: Readonly<Record<string, string>>,
  problems: Problems,
): void {
  const need = (...keys: string[]): void => {
    for (const key of keys) if (data[key] === undefined) problems.required(`data[${key}]`);
  };
  switch (type) {
    case "kubernetes.io/service-account-token":
      if (!metadata.annotations?.["kubernetes.io/service-account.name"]) {
        problems.required("metadata.annotations[kubernetes.io/service-account.name]");
      }
      return;
    case "kubernetes.io/dockercfg":
      checkJson(".dockercfg", data, problems);
      return;
    case "kubernetes.io/dockerconfigjson":
      checkJson(".dockerconfigjson", data, problems);
      return;
    case "kubernetes.io/basic-auth":
      if (data.username === undefined && data.password === undefined) need("username", "password");
      return;
    case "kubernetes.io/ssh-auth":
      if (!data["ssh-privatekey"]) problems.required("data[ssh-privatekey]");
      return;
    case "kubernetes.io/tls":
      need("tls.crt", "tls.key");
      return;
    default:
  }
}

function checkJson(key: string, data: Readonly<Record<string, string>>, problems: Problems): void {
  const value = data[key];
  if (value === undefined) {
    problems.required(`data[${key}]`);
    return;
  }
  const text = Buffer.from(value, "base64").toString("utf8");
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed === null || (typeof parsed === "object" && !Array.isArray(parsed))) return;
    const type = Array.isArray(parsed) ? "array" : typeof parsed === "boolean" ? "bool" : typeof parsed;
    problems.invalid(
      `data[${key}]`,
      "<secret contents redacted>",
      `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    );
  } catch {
    const first = text.trimStart().charAt(0);
    const why =
      first === ""
        ? "unexpected end of JSON input"
        : `invalid character '${first}' looking for beginning of value`;
    problems.invalid(`data[${key}]`, "<secret contents redacted>", why);
  }
}

function checkFrozen<T extends ConfigMap | Secret>(
  next: T,
  live: T | undefined,
  fields: readonly (keyof T & string)[],
  problems: Problems,
): void {
  if (live?.immutable !== true) return;
  if (next.immutable !== true) problems.forbidden("immutable", IMMUTABLE);
  for (const field of fields)
    if (!same(next[field] ?? {}, live[field] ?? {})) problems.forbidden(field, IMMUTABLE);
}

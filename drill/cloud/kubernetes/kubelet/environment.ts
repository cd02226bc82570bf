import type { ApiServer } from "../api/server";
import type { Container, EnvVarSource, Pod } from "../api/types/pod";
import type { ConfigMap, Secret } from "../api/types/store";
import { downwardField, resourceField } from "./downward";

/** A container cannot be made as long as something it names is missing. */
export class ConfigurationError extends Error {}

/** The variables a container asks for, values from ConfigMaps, Secrets and the pod itself filled in. */
export function declaredEnvironment(
  pod: Pod,
  container: Container,
  server: ApiServer,
): Record<string, string> {
  const result: Record<string, string> = {};
  const namespace = pod.metadata.namespace ?? "default";
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const data = {
      ...(configMapRef === undefined
        ? {}
        : configMapData(server, namespace, configMapRef.name ?? "", configMapRef.optional)),
      ...(secretRef === undefined
        ? {}
        : secretData(server, namespace, secretRef.name ?? "", secretRef.optional)),
    };
    for (const [key, value] of Object.entries(data)) result[`${prefix}${key}`] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found =
      valueFrom === undefined ? expand(value ?? "", result) : sourced(valueFrom, pod, container, server);
    if (found !== undefined) result[name] = found;
  }
  return result;
}

function sourced(
  source: EnvVarSource,
  pod: Pod,
  container: Container,
  server: ApiServer,
): string | undefined {
  const namespace = pod.metadata.namespace ?? "default";
  if (source.fieldRef !== undefined) return downwardField(pod, source.fieldRef.fieldPath);
  if (source.resourceFieldRef !== undefined) return resourceField(pod, source.resourceFieldRef, container);
  const { configMapKeyRef, secretKeyRef } = source;
  if (configMapKeyRef !== undefined) {
    const { name = "", key, optional } = configMapKeyRef;
    return keyed(
      configMapData(server, namespace, name, optional),
      key,
      optional,
      `ConfigMap ${namespace}/${name}`,
    );
  }
  if (secretKeyRef !== undefined) {
    const { name = "", key, optional } = secretKeyRef;
    return keyed(secretData(server, namespace, name, optional), key, optional, `Secret ${namespace}/${name}`);
  }
  return undefined;
}

function keyed(
  data: Record<string, string>,
  key: string,
  optional: boolean | undefined,
  where: string,
): string | undefined {
  const value = data[key];
  if (value === undefined && optional !== true)
    throw new ConfigurationError(`couldn't find key ${key} in ${where}`);
  return value;
}

function configMapData(
  server: ApiServer,
  namespace: string,
  name: string,
  optional = false,
): Record<string, string> {
  const found = server.find<ConfigMap>({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  if (found === undefined && !optional) throw new ConfigurationError(`configmap "${name}" not found`);
  return found?.data ?? {};
}

function secretData(
  server: ApiServer,
  namespace: string,
  name: string,
  optional = false,
): Record<string, string> {
  const found = server.find<Secret>({ apiVersion: "v1", kind: "Secret", namespace, name });
  if (found === undefined && !optional) throw new ConfigurationError(`secret "${name}" not found`);
  return Object.fromEntries(
    Object.entries(found?.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, "base64").toString("utf8"),
    ]),
  );
}

/** `$(NAME)` stands for a variable defined before; `$$(NAME)` for the text itself. */
export function expand(value: string, known: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$|\(([^)]+)\))/g, (all, token: string, name: string | undefined) =>
    token === "$" ? "$" : (known[name ?? ""] ?? all),
  );
}

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ApiServer } from "../api/server";
import type { DownwardItem, KeyToPath, Pod, Volume } from "../api/types/pod";
import type { ConfigMap, Secret } from "../api/types/store";
import { downwardField, resourceField } from "./downward";
import { ConfigurationError } from "./environment";

type Files = Map<string, Buffer>;

/** Makes the folders of a pod's volumes; the answer: the folder of each. Files are for the owner alone. */
export function makeVolumes(pod: Pod, folder: string, server: ApiServer): Map<string, string> {
  const places = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const place = path.join(folder, "volumes", volume.name);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    for (const [name, content] of filesOf(volume, pod, server)) write(place, name, content);
    places.set(volume.name, place);
  }
  return places;
}

/** Folders that hold nothing but mounts, as links to them; the answer: the local folder of each. */
export function makeFoldersAbove(
  root: string,
  mounts: readonly (readonly [mountPath: string, folder: string])[],
): Map<string, string> {
  const places = new Map<string, string>();
  for (const [mountPath, folder] of mounts) {
    const link = path.join(root, mountPath);
    mkdirSync(path.dirname(link), { recursive: true, mode: 0o700 });
    rmSync(link, { recursive: true, force: true });
    symlinkSync(folder, link);
    for (let above = path.dirname(mountPath); above !== "/"; above = path.dirname(above))
      places.set(above, path.join(root, above));
  }
  return places;
}

export function removeVolumes(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function filesOf(volume: Volume, pod: Pod, server: ApiServer): Files {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined)
    return configMapFiles(server, pod, configMap.name ?? "", configMap.items, configMap.optional);
  if (secret !== undefined)
    return secretFiles(server, pod, secret.secretName ?? "", secret.items, secret.optional);
  if (downwardAPI !== undefined) return downwardFiles(pod, downwardAPI.items);
  const files: Files = new Map();
  for (const source of projected?.sources ?? []) {
    const parts: Files[] = [];
    if (source.configMap !== undefined) {
      parts.push(
        configMapFiles(
          server,
          pod,
          source.configMap.name ?? "",
          source.configMap.items,
          source.configMap.optional,
        ),
      );
    }
    if (source.secret !== undefined) {
      parts.push(
        secretFiles(server, pod, source.secret.name ?? "", source.secret.items, source.secret.optional),
      );
    }
    if (source.downwardAPI !== undefined) parts.push(downwardFiles(pod, source.downwardAPI.items));
    if (source.serviceAccountToken !== undefined) {
      const token = `${pod.metadata.namespace}/${pod.spec.serviceAccountName ?? "default"}`;
      parts.push(new Map([[source.serviceAccountToken.path, Buffer.from(token)]]));
    }
    for (const part of parts) for (const [name, content] of part) files.set(name, content);
  }
  return files;
}

function configMapFiles(
  server: ApiServer,
  pod: Pod,
  name: string,
  items?: readonly KeyToPath[],
  optional = false,
): Files {
  const found = server.find<ConfigMap>({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: pod.metadata.namespace,
    name,
  });
  if (found === undefined && !optional) throw new ConfigurationError(`configmap "${name}" not found`);
  const content = new Map(Object.entries(found?.data ?? {}).map(([key, text]) => [key, Buffer.from(text)]));
  for (const [key, base64] of Object.entries(found?.binaryData ?? {}))
    content.set(key, Buffer.from(base64, "base64"));
  return picked(content, items, optional, `configmap "${name}"`);
}

function secretFiles(
  server: ApiServer,
  pod: Pod,
  name: string,
  items?: readonly KeyToPath[],
  optional = false,
): Files {
  const found = server.find<Secret>({
    apiVersion: "v1",
    kind: "Secret",
    namespace: pod.metadata.namespace,
    name,
  });
  if (found === undefined && !optional) throw new ConfigurationError(`secret "${name}" not found`);
  const content = new Map(
    Object.entries(found?.data ?? {}).map(([key, base64]) => [key, Buffer.from(base64, "base64")]),
  );
  return picked(content, items, optional, `secret "${name}"`);
}

function picked(
  content: Files,
  items: readonly KeyToPath[] | undefined,
  optional: boolean,
  where: string,
): Files {
  if (items === undefined) return content;
  const files: Files = new Map();
  for (const { key, path: place } of items) {
    const found = content.get(key);
    if (found === undefined && !optional)
      throw new ConfigurationError(`${where} references non-existent key: ${key}`);
    if (found !== undefined) files.set(place, found);
  }
  return files;
}

function downwardFiles(pod: Pod, items: readonly DownwardItem[] = []): Files {
  return new Map(
    items.map(({ path: place, fieldRef, resourceFieldRef }) => [
      place,
      Buffer.from(
        fieldRef !== undefined
          ? downwardField(pod, fieldRef.fieldPath)
          : resourceFieldRef === undefined
            ? ""
            : resourceField(pod, resourceFieldRef),
      ),
    ]),
  );
}

function write(folder: string, name: string, content: Buffer): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, content, { mode: 0o600 });
}

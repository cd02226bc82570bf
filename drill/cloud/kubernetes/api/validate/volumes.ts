import type { DownwardItem, KeyToPath, Volume } from "../types/pod";
import { dnsLabel } from "./formats";
import type { Problems } from "./problems";
import { checkFieldReference, checkResourceReference } from "./references";

const DOWNWARD_FIELDS = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];
const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

/** Volumes of a pod; the answer: their names. */
export function checkVolumes(field: string, volumes: readonly Volume[], problems: Problems): Set<string> {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = `${field}[${index}]`;
    const { name } = volume;
    if (!name) problems.required(`${at}.name`);
    else {
      problems.texts(`${at}.name`, name, dnsLabel(name));
      if (names.has(name)) problems.duplicate(`${at}.name`, name);
      names.add(name);
    }
    const sources = Object.keys(volume).filter((key) => key !== "name" && volume[key] !== undefined);
    for (const source of sources.slice(1))
      problems.forbidden(`${at}.${source}`, "may not specify more than 1 volume type");
    checkSource(at, volume, sources[0], problems);
  }
  return names;
}

function checkSource(at: string, volume: Volume, source: string | undefined, problems: Problems): void {
  const { emptyDir, hostPath, secret, configMap, downwardAPI, projected, persistentVolumeClaim } = volume;
  switch (source) {
    case "emptyDir":
      if (String(emptyDir?.sizeLimit ?? "").startsWith("-")) {
        problems.forbidden(`${at}.emptyDir.sizeLimit`, "SizeLimit field must be a valid resource quantity");
      }
      return;
    case "hostPath":
      if (!hostPath?.path) problems.required(`${at}.hostPath.path`);
      else if (hostPath.path.split("/").includes(".."))
        problems.invalid(`${at}.hostPath.path`, hostPath.path, "must not contain '..'");
      problems.oneOfIfGiven(`${at}.hostPath.type`, hostPath?.type, HOST_PATH_TYPES);
      return;
    case "secret":
      if (!secret?.secretName) problems.required(`${at}.secret.secretName`);
      checkMode(`${at}.secret.defaultMode`, secret?.defaultMode, problems);
      checkItems(`${at}.secret.items`, secret?.items, problems);
      return;
    case "configMap":
      if (!configMap?.name) problems.required(`${at}.configMap.name`);
      checkMode(`${at}.configMap.defaultMode`, configMap?.defaultMode, problems);
      checkItems(`${at}.configMap.items`, configMap?.items, problems);
      return;
    case "downwardAPI":
      checkMode(`${at}.downwardAPI.defaultMode`, downwardAPI?.defaultMode, problems);
      checkDownward(`${at}.downwardAPI`, downwardAPI?.items, problems);
      return;
    case "projected":
      checkProjected(`${at}.projected`, projected ?? {}, problems);
      return;
    case "persistentVolumeClaim":
      if (!persistentVolumeClaim?.claimName) problems.required(`${at}.persistentVolumeClaim.claimName`);
      return;
    case "nfs":
      checkNfs(`${at}.nfs`, volume.nfs as { server?: string; path?: string }, problems);
      return;
    case "csi":
      if (!(volume.csi as { driver?: string }).driver) problems.required(`${at}.csi.driver`);
      return;
    case "ephemeral":
      checkEphemeral(`${at}.ephemeral.volumeClaimTemplate`, volume.ephemeral as Ephemeral, problems);
      return;
    default:
  }
}

interface Ephemeral {
  readonly volumeClaimTemplate?: {
    readonly spec?: {
      readonly accessModes?: readonly string[];
      readonly resources?: { readonly requests?: object };
    };
  };
}

const ACCESS_MODES = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/** A volume that is claimed with the pod and goes with it. */
function checkEphemeral(at: string, { volumeClaimTemplate: template }: Ephemeral, problems: Problems): void {
  if (template === undefined) {
    problems.required(at);
    return;
  }
  const modes = template.spec?.accessModes ?? [];
  if (modes.length === 0) problems.required(`${at}.spec.accessModes`, "at least 1 access mode is required");
  for (const mode of modes)
    if (!ACCESS_MODES.includes(mode)) problems.unsupported(`${at}.spec.accessModes`, mode, ACCESS_MODES);
  if (modes.includes("ReadWriteOncePod") && modes.length > 1)
    problems.forbidden(`${at}.spec.accessModes`, "may not use ReadWriteOncePod with other access modes");
  if (!("storage" in (template.spec?.resources?.requests ?? {})))
    problems.required(`${at}.spec.resources[storage]`);
}

function checkNfs(
  at: string,
  { server, path }: { server?: string; path?: string },
  problems: Problems,
): void {
  if (!server) problems.required(`${at}.server`);
  if (!path) problems.required(`${at}.path`);
  else if (!path.startsWith("/")) problems.invalid(`${at}.path`, path, "must be an absolute path");
}

function checkProjected(
  at: string,
  { sources = [], defaultMode }: NonNullable<Volume["projected"]>,
  problems: Problems,
): void {
  checkMode(`${at}.defaultMode`, defaultMode, problems);
  const paths = new Set<string>();
  for (const [index, source] of sources.entries()) {
    const here = `${at}.sources[${index}]`;
    const kinds = Object.entries(source).filter(([, value]) => value !== undefined);
    for (const [kind] of kinds.slice(1))
      problems.forbidden(`${here}.${kind}`, "may not specify more than 1 volume type per source");
    if (kinds.length === 0) problems.required(here, "must specify a volume type");
    const { secret, configMap, downwardAPI, serviceAccountToken: token } = source;
    for (const [name, part] of Object.entries({ secret, configMap })) {
      if (part === undefined) continue;
      if (!part.name) problems.required(`${here}.${name}.name`);
      checkItems(`${here}.${name}.items`, part.items, problems);
      for (const { path } of part.items ?? []) noteOnce(paths, path, at, part.name ?? "", problems);
    }
    if (downwardAPI !== undefined) {
      checkDownward(`${here}.downwardAPI`, downwardAPI.items, problems);
      for (const { path } of downwardAPI.items ?? []) noteOnce(paths, path, at, path, problems);
    }
    if (token === undefined) continue;
    const seconds = token.expirationSeconds ?? 3600;
    const where = `${here}.serviceAccountToken`;
    if (seconds < 600)
      problems.invalid(
        `${where}.expirationSeconds`,
        seconds,
        "may not specify a duration less than 10 minutes",
      );
    if (seconds > 2 ** 32)
      problems.invalid(
        `${where}.expirationSeconds`,
        seconds,
        "may not specify a duration larger than 2^32 seconds",
      );
    if (!token.path) problems.required(`${where}.path`);
    else checkLocalPath(`${where}.path`, token.path, problems);
  }
}

function noteOnce(paths: Set<string>, path: string, at: string, name: string, problems: Problems): void {
  if (path && paths.has(path)) problems.invalid(at, name, `conflicting duplicate paths`);
  paths.add(path);
}

function checkDownward(at: string, items: readonly DownwardItem[] = [], problems: Problems): void {
  for (const { path, fieldRef, resourceFieldRef, mode } of items) {
    if (!path) problems.required(`${at}.path`);
    else checkLocalPath(`${at}.path`, path, problems);
    if (fieldRef !== undefined) {
      checkFieldReference(`${at}.fieldRef`, fieldRef, DOWNWARD_FIELDS, problems);
      if (resourceFieldRef !== undefined) {
        problems.invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
      }
    } else if (resourceFieldRef !== undefined)
      checkResourceReference(`${at}.resourceFieldRef`, resourceFieldRef, true, problems);
    else problems.required(at, "one of fieldRef and resourceFieldRef is required");
    checkMode(`${at}.mode`, mode, problems);
  }
}

function checkItems(at: string, items: readonly KeyToPath[] = [], problems: Problems): void {
  for (const [index, { key, path, mode }] of items.entries()) {
    if (!key) problems.required(`${at}[${index}].key`);
    if (!path) problems.required(`${at}[${index}].path`);
    else checkLocalPath(`${at}[${index}].path`, path, problems);
    checkMode(`${at}[${index}].mode`, mode, problems);
  }
}

function checkMode(at: string, mode: number | undefined, problems: Problems): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    problems.invalid(at, mode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

function checkLocalPath(at: string, path: string, problems: Problems): void {
  if (path.startsWith("/")) problems.invalid(at, path, "must be a relative path");
  if (path.split("/").includes("..")) problems.invalid(at, path, "must not contain '..'");
  if (path.startsWith("..") && !path.startsWith("../") && path !== "..")
    problems.invalid(at, path, "must not start with '..'");
}

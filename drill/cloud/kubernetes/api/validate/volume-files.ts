import type { DownwardItem, KeyToPath, Volume } from "../types/pod";
import type { Problems } from "./problems";
import { checkFieldReference, checkResourceReference } from "./references";

const DOWNWARD_FIELDS = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];
const SHORTEST_TOKEN = 600;
const LONGEST_TOKEN = 2 ** 32;

/** A volume that several sources share; no two of them may write the same file. */
export function checkProjected(
  at: string,
  { sources = [], defaultMode }: NonNullable<Volume["projected"]>,
  problems: Problems,
): void {
  checkMode(`${at}.defaultMode`, defaultMode, problems);
  const paths = new Set<string>();
  for (const [index, source] of sources.entries()) {
    const here = `${at}.sources[${index}]`;
    if (Object.values(source).filter((value) => value !== undefined).length > 1)
      problems.forbidden(here, "may not specify more than 1 volume type per source");
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
    if (token !== undefined) checkToken(at, `${here}.serviceAccountToken`, token, problems);
  }
}

/** The server names the volume, not the source, where the path of a token is wrong. */
function checkToken(
  volume: string,
  at: string,
  { path, expirationSeconds = 3600 }: { path?: string; expirationSeconds?: number },
  problems: Problems,
): void {
  const field = `${at}.expirationSeconds`;
  if (expirationSeconds < SHORTEST_TOKEN)
    problems.invalid(field, expirationSeconds, "may not specify a duration less than 10 minutes");
  if (expirationSeconds > LONGEST_TOKEN)
    problems.invalid(field, expirationSeconds, "may not specify a duration larger than 2^32 seconds");
  if (!path) problems.required(`${volume}.path`);
  else checkLocalPath(`${volume}.path`, path, problems);
}

function noteOnce(paths: Set<string>, path: string, at: string, name: string, problems: Problems): void {
  if (path && paths.has(path)) problems.invalid(at, name, "conflicting duplicate paths");
  paths.add(path);
}

export function checkDownward(at: string, items: readonly DownwardItem[] = [], problems: Problems): void {
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

/** Keys of a ConfigMap or a Secret, and the files they become. */
export function checkItems(at: string, items: readonly KeyToPath[] = [], problems: Problems): void {
  for (const [index, { key, path, mode }] of items.entries()) {
    if (!key) problems.required(`${at}[${index}].key`);
    if (!path) problems.required(`${at}[${index}].path`);
    else checkLocalPath(`${at}[${index}].path`, path, problems);
    checkMode(`${at}[${index}].mode`, mode, problems);
  }
}

export function checkMode(at: string, mode: number | undefined, problems: Problems): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    problems.invalid(at, mode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

function checkLocalPath(at: string, path: string, problems: Problems): void {
  checkDescending(at, path, problems);
  if (path.startsWith("..") && !path.startsWith("../") && path !== "..")
    problems.invalid(at, path, "must not start with '..'");
}

/** A path below where it is mounted. */
export function checkDescending(at: string, path: string, problems: Problems): void {
  if (path.startsWith("/")) problems.invalid(at, path, "must be a relative path");
  if (path.split("/").includes("..")) problems.invalid(at, path, "must not contain '..'");
}

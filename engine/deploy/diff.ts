import type { Diff, DiffKind, DiffRequest, PropertyDiff, Provider } from "../host/provider";
import { parsePath, pathContains, resetPath } from "../values/path";
import { deepEquals, isObject, type PropertyMap, type Value, withoutSecretsIn } from "../values/value";
import type { Deployment } from "./deployment";

/** Asks the provider; when it does not know, the inputs are compared here. */
export async function diffResource(
  deployment: Deployment,
  provider: Provider,
  request: DiffRequest,
): Promise<Diff> {
  const diff = await provider.diff(request);
  if (diff.changes !== "unknown") return diff;
  const news = applyIgnoreChanges(
    deployment,
    request.urn,
    request.newInputs,
    request.oldInputs,
    request.ignoreChanges,
  );
  return compareInputs(withoutSecretsIn(request.oldInputs), withoutSecretsIn(news), diff);
}

/** The differences between two property maps, as a diff that replaces nothing. */
export function compareInputs(olds: PropertyMap, news: PropertyMap, base: Diff): Diff {
  const detailedDiff: Record<string, PropertyDiff> = {};
  const changedKeys: string[] = [];
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    const found = differences(olds[key], news[key], pathText("", key));
    if (found.length > 0) changedKeys.push(key);
    for (const [path, kind] of found) detailedDiff[path] = { kind, inputDiff: true };
  }
  if (changedKeys.length === 0) return { ...base, changes: "none" };
  return { ...base, changes: "some", changedKeys, detailedDiff };
}

const pathText = (prefix: string, key: string): string =>
  /^[\w-]+$/.test(key) ? (prefix ? `${prefix}.${key}` : key) : `${prefix}["${key}"]`;

export function differences(
  old: Value | undefined,
  now: Value | undefined,
  path: string,
): [string, DiffKind][] {
  if (old === undefined) return now === undefined ? [] : [[path, "add"]];
  if (now === undefined) return [[path, "delete"]];
  if (deepEquals(old, now)) return [];
  if (Array.isArray(old) && Array.isArray(now))
    return Array.from({ length: Math.max(old.length, now.length) }, (_, i) =>
      differences(old[i], now[i], `${path}[${i}]`),
    ).flat();
  if (isObject(old) && isObject(now))
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
      differences(old[key], now[key], pathText(path, key)),
    );
  return [[path, "update"]];
}

/** New inputs with the old values at the ignored paths. */
export function applyIgnoreChanges(
  deployment: Deployment,
  urn: string,
  inputs: PropertyMap,
  oldInputs: PropertyMap,
  paths: string[],
): PropertyMap {
  if (paths.length === 0) return inputs;
  const result = structuredClone(inputs);
  const invalid: string[] = [];
  for (const text of paths) {
    try {
      if (!resetPath(parsePath(text), structuredClone(oldInputs), result)) invalid.push(text);
    } catch {
      // A path that cannot be parsed ignores nothing, as in the CLI.
    }
  }
  if (invalid.length > 0)
    deployment.diagnostics.info(
      `cannot ignore changes in added or removed elements of the path: "${invalid.join(", ")}"`,
      urn,
    );
  return result;
}

/** Stands for "the last operation left the resource not ready" in replaceOnChanges. */
const INIT_ERROR = "#initerror";

/** Changes at the given paths become replacements. */
export function applyReplaceOnChanges(diff: Diff, replaceOnChanges: string[], hasInitErrors: boolean): Diff {
  if (diff.changes !== "some" && !hasInitErrors) return diff;
  const paths = replaceOnChanges.map(parsePath);
  const covered = (text: string): boolean => {
    const path = parsePath(text);
    return paths.some((candidate) => pathContains(candidate, path));
  };
  const detailedDiff =
    diff.detailedDiff &&
    Object.fromEntries(
      Object.entries(diff.detailedDiff).map(([path, change]) => [
        path,
        covered(path) ? { ...change, kind: toReplace(change.kind) } : change,
      ]),
    );
  const replaceKeys = new Set(diff.replaceKeys);
  for (const key of diff.changedKeys) if (covered(key)) replaceKeys.add(key);
  let changes = diff.changes;
  if (hasInitErrors && paths.some((path) => pathContains(path, [INIT_ERROR]))) {
    replaceKeys.add(INIT_ERROR);
    if (detailedDiff) detailedDiff[INIT_ERROR] = { kind: "update-replace", inputDiff: false };
    changes = "some";
  }
  return { ...diff, changes, detailedDiff, replaceKeys: [...replaceKeys] };
}

const toReplace = (kind: DiffKind): DiffKind =>
  kind.endsWith("replace") ? kind : (`${kind}-replace` as DiffKind);

const INVERSE: Record<DiffKind, DiffKind> = {
  add: "delete",
  "add-replace": "delete-replace",
  delete: "add",
  "delete-replace": "add-replace",
  update: "update",
  "update-replace": "update-replace",
};

/** The same differences seen from the other side. */
export function invertDiff(diff: Diff): Diff {
  if (!diff.detailedDiff) return diff;
  const detailedDiff = Object.fromEntries(
    Object.entries(diff.detailedDiff).map(([path, change]) => [
      path,
      { ...change, kind: INVERSE[change.kind] },
    ]),
  );
  return { ...diff, detailedDiff };
}

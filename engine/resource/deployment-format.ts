import type { Crypter } from "../secrets/passphrase";
import {
  isObject,
  mapMarked,
  type PropertyMap,
  SECRET,
  SIGNATURE,
  signatureOf,
  type Value,
} from "../values/value";
import { type HookKind, newState, type ResourceState } from "./state";

/** Version 3 of the deployment format, as it lies in a state file. */
export interface Deployment {
  manifest: { time: string; magic: string; version: string; plugins?: unknown[] };
  secrets_providers?: { type: string; state?: unknown };
  resources?: ResourceJson[];
  pending_operations?: { resource: ResourceJson; type: OperationType }[];
  metadata?: object;
}

export type OperationType = "creating" | "updating" | "deleting" | "reading" | "importing";
export type ResourceJson = { urn: string; custom: boolean; type: string } & Record<string, unknown>;

/** How secrets are written: sealed, or open for `--show-secrets`. */
export type SecretForm = { seal: Crypter } | { show: true };

// A secret that came from the state keeps its ciphertext as long as the value object lives; another stack has another key.
const ciphertexts = new WeakMap<object, { crypter: Crypter; ciphertext: string }>();

function serializeValue(value: Value, form: SecretForm): Value {
  return mapMarked(value, (v, signature) => {
    if (signature !== SECRET || !isObject(v)) return v;
    const plaintext = JSON.stringify(v.value ?? null);
    if ("show" in form) return { [SIGNATURE]: SECRET, plaintext };
    const known = ciphertexts.get(v);
    if (known?.crypter === form.seal) return { [SIGNATURE]: SECRET, ciphertext: known.ciphertext };
    const ciphertext = form.seal.encrypt(plaintext);
    ciphertexts.set(v, { crypter: form.seal, ciphertext });
    return { [SIGNATURE]: SECRET, ciphertext };
  });
}

function deserializeValue(value: Value, open: () => Crypter): Value {
  if (signatureOf(value) === SECRET && isObject(value)) {
    const { ciphertext, plaintext } = value;
    if (typeof plaintext === "string") return { [SIGNATURE]: SECRET, value: JSON.parse(plaintext) as Value };
    if (typeof ciphertext !== "string") throw new Error("malformed secret value: missing ciphertext");
    const crypter = open();
    const revealed: Value = { [SIGNATURE]: SECRET, value: JSON.parse(crypter.decrypt(ciphertext)) as Value };
    ciphertexts.set(revealed as object, { crypter, ciphertext });
    return revealed;
  }
  if (Array.isArray(value)) return value.map((item) => deserializeValue(item, open));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deserializeValue(item, open)]));
}

const filled = (map: object | undefined): boolean => map !== undefined && Object.keys(map).length > 0;

function sortedKeys(map: PropertyMap): PropertyMap {
  const keys = Object.keys(map).sort();
  const sorted: PropertyMap = {};
  for (const key of keys) sorted[key] = map[key] as Value;
  return sorted;
}

/** One resource in the field order of the CLI; empty fields are left out. */
export function serializeResource(state: ResourceState, form: SecretForm): ResourceJson {
  const properties = (map: PropertyMap): unknown =>
    filled(map) ? serializeValue(sortedKeys(map), form) : undefined;
  const list = <T>(items: T[]): T[] | undefined => (items.length ? items : undefined);
  const out: Record<string, unknown> = {
    urn: state.urn,
    custom: state.custom,
    delete: state.delete || undefined,
    id: state.id || undefined,
    type: state.type,
    inputs: properties(state.inputs),
    outputs: properties(state.outputs),
    parent: state.parent || undefined,
    protect: state.protect || undefined,
    taint: state.taint || undefined,
    external: state.external || undefined,
    dependencies: list(state.dependencies),
    initErrors: list(state.initErrors),
    provider: state.provider || undefined,
    propertyDependencies: filled(state.propertyDependencies) ? state.propertyDependencies : undefined,
    pendingReplacement: state.pendingReplacement || undefined,
    additionalSecretOutputs: list(state.additionalSecretOutputs),
    aliases: list(state.aliases),
    customTimeouts: filled(state.customTimeouts) ? state.customTimeouts : undefined,
    importID: state.importId || undefined,
    retainOnDelete: state.retainOnDelete || undefined,
    deletedWith: state.deletedWith || undefined,
    replaceWith: list(state.replaceWith),
    created: state.created,
    modified: state.modified,
    sourcePosition: state.sourcePosition || undefined,
    stackTrace: list(state.stackTrace),
    ignoreChanges: list(state.ignoreChanges),
    hideDiff: list(state.hideDiff),
    replaceOnChanges: list(state.replaceOnChanges),
    replacementTrigger:
      state.replacementTrigger === null ? undefined : serializeValue(state.replacementTrigger, form),
    refreshBeforeUpdate: state.refreshBeforeUpdate || undefined,
    resourceHooks: filled(state.resourceHooks) ? state.resourceHooks : undefined,
    ...state.extra,
  };
  for (const key of Object.keys(out)) if (out[key] === undefined) delete out[key];
  return out as ResourceJson;
}

const KNOWN = new Set(
  (
    "urn custom delete id type inputs outputs parent protect taint external dependencies initErrors provider " +
    "propertyDependencies pendingReplacement additionalSecretOutputs aliases customTimeouts importID retainOnDelete " +
    "deletedWith replaceWith created modified sourcePosition stackTrace ignoreChanges hideDiff replaceOnChanges " +
    "replacementTrigger refreshBeforeUpdate resourceHooks"
  ).split(" "),
);

/** @throws Error when a secret cannot be decrypted or the content is malformed */
export function deserializeResource(json: ResourceJson, open: () => Crypter): ResourceState {
  const text = (key: string): string => (typeof json[key] === "string" ? (json[key] as string) : "");
  const list = <T>(key: string): T[] => (Array.isArray(json[key]) ? (json[key] as T[]) : []);
  const properties = (key: string): PropertyMap =>
    isObject(json[key] as Value) ? (deserializeValue(json[key] as Value, open) as PropertyMap) : {};
  return newState({
    urn: json.urn,
    type: json.type,
    custom: json.custom === true,
    delete: json.delete === true,
    id: text("id"),
    inputs: properties("inputs"),
    outputs: properties("outputs"),
    parent: text("parent"),
    protect: json.protect === true,
    taint: json.taint === true,
    external: json.external === true,
    dependencies: list<string>("dependencies"),
    initErrors: list<string>("initErrors"),
    provider: text("provider"),
    propertyDependencies: Object.fromEntries(
      Object.entries((json.propertyDependencies ?? {}) as Record<string, string[] | null>).map(([k, v]) => [
        k,
        v ?? [],
      ]),
    ),
    pendingReplacement: json.pendingReplacement === true,
    additionalSecretOutputs: list<string>("additionalSecretOutputs"),
    aliases: list<string>("aliases"),
    customTimeouts: (json.customTimeouts ?? {}) as ResourceState["customTimeouts"],
    importId: text("importID"),
    retainOnDelete: json.retainOnDelete === true,
    deletedWith: text("deletedWith"),
    replaceWith: list<string>("replaceWith"),
    created: text("created") || undefined,
    modified: text("modified") || undefined,
    sourcePosition: text("sourcePosition"),
    stackTrace: list("stackTrace"),
    ignoreChanges: list<string>("ignoreChanges"),
    hideDiff: list<(string | number)[]>("hideDiff"),
    replaceOnChanges: list<string>("replaceOnChanges"),
    replacementTrigger:
      json.replacementTrigger === undefined ? null : deserializeValue(json.replacementTrigger as Value, open),
    refreshBeforeUpdate: json.refreshBeforeUpdate === true,
    resourceHooks: (json.resourceHooks ?? {}) as Partial<Record<HookKind, string[]>>,
    extra: Object.fromEntries(Object.entries(json).filter(([key]) => !KNOWN.has(key))),
  });
}

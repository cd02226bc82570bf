import type { TypeNode } from "../schema/type-node";
import { ApiError } from "../status";
import type { KubernetesObject, ManagedFieldsEntry } from "../types/meta";
import { same } from "../values/json";
import {
  changedFields,
  type FieldSet,
  fieldsOf,
  intersection,
  isEmpty,
  pathsOf,
  union,
  without,
} from "./field-set";
import { mergeApplied, removeFields } from "./merge";

export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time: string;
}

/** Fields nobody owns: they name the object, or the server writes them. */
const UNOWNED: FieldSet = {
  "f:apiVersion": {},
  "f:kind": {},
  "f:metadata": Object.fromEntries(
    [
      "name",
      "namespace",
      "creationTimestamp",
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
      "selfLink",
      "uid",
      "resourceVersion",
      "generation",
      "generateName",
      "managedFields",
    ].map((name) => [`f:${name}`, {}]),
  ),
};

/**
 * Lays an applied configuration over the live object. What this manager applied before and now leaves out goes, unless
 * another manager owns it too. Other managers' fields that would change are a conflict, or are taken over by force.
 */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  configuration: KubernetesObject,
  type: TypeNode,
  writer: Writer,
  force: boolean,
): KubernetesObject {
  const entries = live?.metadata.managedFields ?? [];
  const own = entries.find((entry) => isOwn(entry, writer, "Apply"));
  const others = entries.filter((entry) => entry !== own);
  const applied = owned(fieldsOf(configuration, type));
  const merged = mergeApplied(live ?? {}, configuration, type) as KubernetesObject;
  const changed = live === undefined ? {} : owned(changedFields(live, merged, type));

  if (!force) refuseConflicts(others, changed);
  const kept = others.map((entry) => ({
    ...entry,
    fieldsV1: live === undefined ? entry.fieldsV1 : without(entry.fieldsV1, changed),
  }));

  const dropped = kept.reduce(
    (rest, entry) => without(rest, entry.fieldsV1),
    without(own?.fieldsV1 ?? {}, applied),
  );
  const result = (isEmpty(dropped) ? merged : removeFields(merged, dropped, type)) as KubernetesObject;
  const unchanged = own !== undefined && same(own.fieldsV1, applied);
  const entry = unchanged ? own : newEntry(writer, "Apply", applied);
  return withEntries(result, [...kept, entry]);
}

/** Records who changed what in a POST, PUT or merge patch: the writer owns it from now on, nobody else. */
export function recordUpdate(
  live: KubernetesObject | undefined,
  next: KubernetesObject,
  type: TypeNode,
  writer: Writer,
): KubernetesObject {
  const entries = live?.metadata.managedFields ?? [];
  const changed = owned(changedFields(live ?? {}, next, type));
  const present = owned(union(fieldsOf(next, type), changedFields({}, next, type)));
  const own = entries.find((entry) => isOwn(entry, writer, "Update"));
  const others = entries
    .filter((entry) => entry !== own)
    .map((entry) => ({ ...entry, fieldsV1: intersectionOrSame(without(entry.fieldsV1, changed), present) }));
  const fields = intersectionOrSame(union(own?.fieldsV1 ?? {}, changed), present);
  const unchanged = own !== undefined && same(own.fieldsV1, fields);
  return withEntries(next, [...others, unchanged ? own : newEntry(writer, "Update", fields)]);
}

/** The object with an entry of an update turned into one of an apply, joined with what that manager applied before. */
export function transferred(live: KubernetesObject, from: ManagedFieldsEntry, to: string): KubernetesObject {
  const entries = (live.metadata.managedFields ?? []).filter((entry) => entry !== from);
  const applied = entries.find((entry) => entry.manager === to && entry.operation === "Apply");
  const fieldsV1 = union(applied?.fieldsV1 ?? {}, from.fieldsV1);
  const others = entries.filter((entry) => entry !== applied);
  return withEntries(live, [...others, { ...from, manager: to, operation: "Apply", fieldsV1 }]);
}

function refuseConflicts(others: readonly ManagedFieldsEntry[], changed: FieldSet): void {
  const causes = others.flatMap((entry) => {
    const who = describe(entry);
    return pathsOf(intersection(entry.fieldsV1, changed)).map((field) => ({
      type: "FieldManagerConflict",
      message: `conflict with ${who}`,
      field,
    }));
  });
  if (causes.length === 0) return;
  const lines =
    causes.length === 1
      ? `1 conflict: ${causes[0]?.message}: ${causes[0]?.field}`
      : `${causes.length} conflicts: ${listed(causes)}`;
  throw new ApiError(409, "Conflict", `Apply failed with ${lines}`, { causes });
}

function listed(causes: readonly { message: string; field: string }[]): string {
  const groups = new Map<string, string[]>();
  for (const { message, field } of causes) groups.set(message, [...(groups.get(message) ?? []), field]);
  return [...groups]
    .map(([message, fields]) => `${message}:\n${fields.map((field) => `- ${field}`).join("\n")}`)
    .join("\n");
}

function describe({ manager, operation, subresource, apiVersion }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager);
  const part = subresource === undefined ? "" : ` with subresource ${JSON.stringify(subresource)}`;
  return operation === "Apply" ? `${name}${part}` : `${name}${part} using ${apiVersion}`;
}

function isOwn(entry: ManagedFieldsEntry, writer: Writer, operation: "Apply" | "Update"): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === operation &&
    (entry.subresource ?? "") === (writer.subresource ?? "") &&
    (operation === "Apply" || entry.apiVersion === writer.apiVersion)
  );
}

function newEntry(writer: Writer, operation: "Apply" | "Update", fieldsV1: FieldSet): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    time: writer.time,
    fieldsType: "FieldsV1",
    fieldsV1,
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
}

function withEntries(object: KubernetesObject, entries: readonly ManagedFieldsEntry[]): KubernetesObject {
  const kept = entries.filter((entry) => !isEmpty(entry.fieldsV1)).sort((a, b) => rank(a) - rank(b));
  const metadata = { ...object.metadata, managedFields: kept };
  return { ...object, metadata };
}

function rank(entry: ManagedFieldsEntry): number {
  return entry.operation === "Apply" ? 0 : 1;
}

function owned(set: FieldSet): FieldSet {
  return without(set, UNOWNED);
}

function intersectionOrSame(set: FieldSet, present: FieldSet): FieldSet {
  return isEmpty(set) ? set : restrict(set, present);
}

/** The part of a set that still stands for something in the object. */
function restrict(set: FieldSet, present: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [step, below] of Object.entries(set)) {
    const match = present[step];
    if (match === undefined && step !== ".") continue;
    const rest = restrict(below, match ?? {});
    if (Object.keys(below).length > 0 && Object.keys(rest).length === 0) continue;
    result[step] = rest;
  }
  return result;
}

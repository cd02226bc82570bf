import type { ResourceCall } from "../../provider/provider";
import type { Value, Values } from "../../provider/values";
import type { Propagation, Reference } from "../api/requests";
import { ApiError } from "../api/status";
import type { KubernetesObject } from "../api/types/meta";
import { annotation, generatedName, isPatch, nameOf, text } from "./identity";

/** Who creates objects by POST; their fields move to the resource's own manager with its first update. */
export const CREATING_MANAGER = "pulumi-kubernetes";
const DEFAULT_TIMEOUT = 600;

export function bare({ metadata }: KubernetesObject): object {
  const { managedFields: _fields, generation: _generation, ...rest } = metadata;
  return rest;
}

/** Patch types carry the kind of what they patch in their token alone. */
export function kindOf(type: string, values: Values): string {
  const own = text(values.kind) ?? type.split(":").at(-1) ?? "";
  return isPatch(type) ? own.replace(/Patch$/, "") : own;
}

export function versionOf(type: string): string {
  return (type.split(":")[1] ?? "v1").replace(/^core\//, "");
}

export function named(request: ResourceCall, values: Values): Values {
  return {
    ...values,
    apiVersion: text(values.apiVersion) ?? versionOf(request.type),
    kind: kindOf(request.type, values),
  };
}

export function referenceOf(values: Values): Reference {
  return nameOf(values);
}

export function importedInputs({ apiVersion, kind, metadata, ...rest }: KubernetesObject): Values {
  const { name, namespace, labels, annotations } = metadata;
  const { status: _status, ...content } = rest as Record<string, unknown>;
  const kept = { name, namespace, labels, annotations };
  const present = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  return { apiVersion, kind, metadata: present as Values, ...(content as Values) };
}

export function managerOf(request: ResourceCall, inputs: Values, outputs: Values | undefined): string {
  const given = annotation(inputs, "pulumi.com/patchFieldManager") ?? text(outputs?.__fieldManager);
  return given ?? generatedName(CREATING_MANAGER, Buffer.from(request.urn));
}

/** Whether creating takes an object that is there already. Its environment variable is the machine's own matter. */
export const upserts = ({ configuration }: ResourceCall): boolean =>
  isSet(configuration.upsertExistingObjects);

export function forced(inputs: Values, { configuration }: ResourceCall): boolean {
  return annotation(inputs, "pulumi.com/patchForce") === "true" || isSet(configuration.enablePatchForce);
}

/** Configuration may be a value or its text. */
const isSet = (value: Value | undefined): boolean => String(text(value) ?? value) === "true";

export function propagationOf(values: Values): Propagation {
  switch (annotation(values, "pulumi.com/deletionPropagationPolicy")) {
    case "background":
      return "Background";
    case "orphan":
      return "Orphan";
    default:
      return "Foreground";
  }
}

export function timeoutOf({ timeout }: { readonly timeout: number | undefined }, inputs: Values): number {
  if (timeout !== undefined) return timeout;
  const seconds = Number(annotation(inputs, "pulumi.com/timeoutSeconds"));
  return Number.isInteger(seconds) && seconds > 0 ? seconds : DEFAULT_TIMEOUT;
}

export function explained(problem: unknown, what: string, urn?: string): unknown {
  if (!(problem instanceof ApiError)) return problem;
  const hint =
    problem.reason === "Conflict"
      ? " Another manager owns these fields: take them out, use ignoreChanges, or take them over with the annotation pulumi.com/patchForce."
      : "";
  return new Error(`${urn === undefined ? "" : `${urn}: `}${what}: ${problem.message}.${hint}`);
}

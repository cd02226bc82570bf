import { type Fields, isFields } from "../types/meta";
import { canonicalQuantity } from "../values/quantity";
import type { TypeNode } from "./type-node";

/**
 * What reading an object into the API's types and writing it again leaves of it: no null, no field the API does not
 * know, no empty value where the type cannot tell empty from absent, quantities in their canonical form, and the parts
 * that are always written, if only as `{}`.
 */
export function normalise(value: Fields, type: TypeNode): Fields {
  return struct(value, type);
}

/** Flags whose `false` is the same as their absence. Other flags are written as they are given. */
const DROPPED_FLAGS = new Set([
  "hostNetwork",
  "hostPID",
  "hostIPC",
  "readOnly",
  "stdin",
  "stdinOnce",
  "tty",
  "paused",
  "globalDefault",
  "publishNotReadyAddresses",
  "nullable",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "uniqueItems",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "deprecated",
]);

/** Numbers whose zero is the same as their absence. */
const DROPPED_NUMBERS = new Set([
  "hostPort",
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
  "minReadySeconds",
  "nodePort",
  "healthCheckNodePort",
  "weight",
  "observedGeneration",
]);

/** Fields of those names whose zero is a value. */
const KEPT_NUMBERS = new Set(["V1ClientIPConfig.timeoutSeconds"]);

const STATUS_COUNTS = new Set([
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "fullyLabeledReplicas",
  "active",
  "succeeded",
  "failed",
  "currentReplicas",
]);

/** Texts that are written even when empty. */
const KEPT_TEXTS = new Set([
  "key",
  "operator",
  "mountPath",
  "schedule",
  "ingressClassName",
  "storageClassName",
  "topologyKey",
  "whenUnsatisfiable",
  "kind",
  "fieldPath",
  "resource",
  "message",
  "localhostProfile",
  "timeZone",
  "data",
]);

/** Lists that are written even when empty. */
const KEPT_LISTS = new Set([
  "V1PodSpec.containers",
  "V1Role.rules",
  "V1ClusterRole.rules",
  "V1PolicyRule.verbs",
  "V1LimitRangeSpec.limits",
  "V1EndpointSlice.endpoints",
  "V1EndpointSlice.ports",
  "V1CustomResourceDefinitionSpec.versions",
  "V1PodFailurePolicy.rules",
  "V1PodFailurePolicyOnExitCodesRequirement.values",
  "V2HorizontalPodAutoscalerStatus.currentMetrics",
]);

/** Parts that are always there. */
const ALWAYS: Readonly<Record<string, readonly string[] | undefined>> = {
  V1Container: ["resources"],
  V1DeploymentSpec: ["strategy", "template"],
  V1ReplicaSetSpec: ["template"],
  V1JobSpec: ["template"],
  V1CronJobSpec: ["jobTemplate"],
  V1JobTemplateSpec: ["metadata", "spec"],
  V1PodTemplateSpec: ["metadata", "spec"],
  V1NetworkPolicySpec: ["podSelector"],
};

const NAMED = new Set(["V1Container", "V1EnvVar", "V1Volume", "V1VolumeMount", "V1RoleRef", "RbacV1Subject"]);

function struct(value: Fields, type: TypeNode): Fields {
  if (type.kind !== "struct") return value;
  const result: Fields = {};
  for (const [key, inner] of Object.entries(value)) {
    const field = type.fields.get(key);
    if (field === undefined) continue;
    const written = write(inner, field, `${type.name}.${key}`, key, type.name);
    if (written !== undefined) result[key] = written;
  }
  for (const key of ALWAYS[type.name] ?? []) {
    const field = type.fields.get(key);
    if (result[key] === undefined && field !== undefined) result[key] = struct({}, field);
  }
  return result;
}

function write(value: unknown, type: TypeNode, path: string, key: string, owner: string): unknown {
  if (value === null || value === undefined) return KEPT_LISTS.has(path) && value === null ? null : undefined;
  switch (type.kind) {
    case "struct":
      return isFields(value) ? struct(value, type) : value;
    case "map": {
      if (!isFields(value)) return value;
      const entries = Object.entries(value).filter(
        ([, inner]) => inner !== null || type.element.kind === "string",
      );
      if (entries.length === 0) return undefined;
      return Object.fromEntries(entries.map(([name, inner]) => [name, element(inner ?? "", type.element)]));
    }
    case "list":
      if (!Array.isArray(value)) return value;
      if (value.length === 0 && !KEPT_LISTS.has(path)) return undefined;
      return value.map((inner) => element(inner, type.element));
    case "boolean":
      return value === false && DROPPED_FLAGS.has(key) ? undefined : value;
    case "int32":
    case "int64":
      if (
        value === 0 &&
        owner.endsWith("Status") &&
        STATUS_COUNTS.has(key) &&
        owner !== "V1PodDisruptionBudgetStatus"
      )
        return undefined;
      return value === 0 && DROPPED_NUMBERS.has(key) && !KEPT_NUMBERS.has(path) ? undefined : value;
    case "string":
      if (value !== "") return value;
      return KEPT_TEXTS.has(key) || (key === "name" && NAMED.has(owner)) ? value : undefined;
    default:
      return element(value, type);
  }
}

function element(value: unknown, type: TypeNode): unknown {
  if (type.kind === "struct") return isFields(value) ? struct(value, type) : value;
  if (type.kind === "quantity" && (typeof value === "string" || typeof value === "number"))
    return canonicalQuantity(value);
  if (type.kind === "list" && Array.isArray(value)) return value.map((inner) => element(inner, type.element));
  return value;
}

import type { Values } from "../../provider/values";
import { annotation, fields, metadataOf, text } from "./identity";

/** Paths that cannot change in place. A path stands for all that lies below it. */
const ALWAYS = ["metadata.name", "metadata.namespace", "kind"];

const BY_KIND: Readonly<Record<string, readonly string[] | undefined>> = {
  "apps/v1/Deployment": ["spec.selector"],
  "apps/v1/DaemonSet": ["spec.selector"],
  "apps/v1/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Secret": ["type"],
  "v1/Service": ["spec.clusterIP"],
  "v1/Pod": [
    ...[
      "affinity",
      "automountServiceAccountToken",
      "dnsConfig",
      "dnsPolicy",
      "enableServiceLinks",
      "hostAliases",
    ],
    ...[
      "hostIPC",
      "hostNetwork",
      "hostPID",
      "hostname",
      "imagePullSecrets",
      "nodeName",
      "nodeSelector",
      "overhead",
    ],
    ...[
      "preemptionPolicy",
      "priority",
      "priorityClassName",
      "readinessGates",
      "restartPolicy",
      "runtimeClassName",
    ],
    ...["schedulerName", "securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace"],
    ...["subdomain", "terminationGracePeriodSeconds", "volumes", "containers", "initContainers"],
  ].map((field) => `spec.${field}`),
};

const CONTENT: Readonly<Record<string, readonly string[] | undefined>> = {
  "v1/ConfigMap": ["data", "binaryData"],
  "v1/Secret": ["data", "stringData"],
};

/** Which paths of an object of this kind replace it. */
export function replacingPaths(old: Values, now: Values, configuration: Values): (path: string) => boolean {
  const key = `${text(now.apiVersion)}/${text(now.kind)}`;
  const paths = [...ALWAYS, ...(BY_KIND[key] ?? [])];
  // Content is replaced, so that pods that name it are rolled, unless the provider was told otherwise.
  const flag = key === "v1/ConfigMap" ? "enableConfigMapMutable" : "enableSecretMutable";
  const mutable =
    String(text(configuration[flag]) ?? configuration[flag]) === "true" && old.immutable !== true;
  if (!mutable) paths.push(...(CONTENT[key] ?? []));
  if (CONTENT[key] !== undefined && old.immutable === true) paths.push("immutable");
  return (path) =>
    paths.some((each) => path === each || path.startsWith(`${each}.`) || path.startsWith(`${each}[`));
}

/** A Job that failed is made anew when its annotation asks for it. */
export function replacesUnready(now: Values, oldOutputs: Values): boolean {
  if (text(now.kind) !== "Job" || annotation(now, "pulumi.com/replaceUnready") !== "true") return false;
  const { conditions } = fields(oldOutputs.status);
  return (Array.isArray(conditions) ? conditions : []).some((condition) => {
    const { type, status } = fields(condition);
    return type === "Failed" && status === "True";
  });
}

/** Two objects cannot bear one name at a time. */
export function mustDeleteFirst(old: Values, now: Values): boolean {
  const [before, after] = [metadataOf(old), metadataOf(now)];
  if (annotation(now, "pulumi.com/autonamed") === "true" || after.generateName !== undefined) return false;
  return text(before.name) === text(after.name) && text(before.namespace) === text(after.namespace);
}

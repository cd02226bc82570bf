import { createHash } from "node:crypto";
import type { PodTemplateSpec } from "../api/types/pod";
import type { Deployment, ReplicaSet } from "../api/types/workloads";
import { copy } from "../api/values/json";
import { safeEncoded } from "../api/values/names";
import { controllerReference } from "./owners";
import { bounds } from "./replica-arithmetic";

export const REVISION = "deployment.kubernetes.io/revision";
const HASH_LABEL = "pod-template-hash";
// Bookkeeping of the Deployment itself, which its sets do not carry along.
const NOT_COPIED = new Set([
  REVISION,
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "kubectl.kubernetes.io/last-applied-configuration",
]);

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

/** The template without the label that tells the pods of one set from those of another. */
export function bareTemplate(template: PodTemplateSpec): PodTemplateSpec {
  const bare = copy(template);
  if (bare.metadata?.labels !== undefined) delete bare.metadata.labels[HASH_LABEL];
  return bare;
}

/** Ten characters that are the same for the same template. */
export function templateHash(template: PodTemplateSpec): string {
  const digest = createHash("sha256")
    .update(canonical(bareTemplate(template)))
    .digest();
  return safeEncoded(String.fromCharCode(...digest.subarray(0, 10)));
}

export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = deployment.spec.replicas ?? 1;
  return {
    "deployment.kubernetes.io/desired-replicas": String(replicas),
    "deployment.kubernetes.io/max-replicas": String(replicas + bounds(deployment).surge),
  };
}

export function newReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const template = bareTemplate(deployment.spec.template);
  const hash = templateHash(template);
  template.metadata = { ...template.metadata };
  template.metadata.labels = { ...template.metadata.labels, [HASH_LABEL]: hash };
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !NOT_COPIED.has(key),
  );
  const selector = copy(deployment.spec.selector);
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? "default",
      labels: { ...template.metadata.labels },
      annotations: {
        ...Object.fromEntries(copied),
        ...sizeAnnotations(deployment),
        [REVISION]: String(revision),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template,
      ...(deployment.spec.minReadySeconds === undefined
        ? {}
        : { minReadySeconds: deployment.spec.minReadySeconds }),
    },
  };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

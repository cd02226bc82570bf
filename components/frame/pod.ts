import type * as kubernetes from "@pulumi/kubernetes";

type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Container = kubernetes.types.input.core.v1.Container;

/** What the restricted Pod security standard asks of a Pod, and a little more. */
export const RESTRICTED_POD = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 10_001,
    runAsGroup: 10_001,
    fsGroup: 10_001,
    seccompProfile: { type: "RuntimeDefault" },
  },
} satisfies Partial<PodSpec>;

/** What it asks of a container. The only place to write is the volume `scratch` at /tmp. */
export const RESTRICTED_CONTAINER = {
  imagePullPolicy: "IfNotPresent",
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
  },
} satisfies Partial<Container>;

export const WRITABLE_MOUNT = { name: "scratch", mountPath: "/tmp" };
export const writableVolume = (sizeLimit = "64Mi") => ({ name: "scratch", emptyDir: { sizeLimit } });

/** Labels by which people and selectors find what belongs to a release. */
export const labelsOf = (component: string, release?: string): Record<string, string> => ({
  "app.kubernetes.io/name": component,
  "app.kubernetes.io/part-of": "order-system",
  ...(release === undefined ? {} : { "app.kubernetes.io/version": release }),
  "app.kubernetes.io/managed-by": "order-upgrade",
});

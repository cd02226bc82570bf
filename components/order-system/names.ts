import { createHash } from "node:crypto";
import { versionInNames } from "../../releases/manifest";

/** Deployment, Service and ServiceAccount of a module: `orders-4-0-0`. */
export const moduleName = (module: string, version: string): string => `${module}-${versionInNames(version)}`;

/** Address of a module inside the cluster. */
export const moduleUrl = (module: string, version: string, namespace: string, port: number): string =>
  `http://${moduleName(module, version)}.${namespace}.svc.cluster.local:${port}`;

/** `orders-worker` becomes `ORDERS_WORKER`. */
export const variableOf = (module: string): string => module.toUpperCase().replaceAll("-", "_");

/** Short digest of a content, so that a changed content has a name of its own. */
export const contentName = (content: Readonly<Record<string, string>>): string =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex")
    .slice(0, 10);

/** Name of the Secret that all modules of a release share. */
export const releaseSecretName = (version: string): string => `release-${versionInNames(version)}`;

/** Labels that select the Pods of one module of one release, and nothing else. */
export const selectorOf = (module: string, version: string): Record<string, string> => ({
  "app.kubernetes.io/name": module,
  "app.kubernetes.io/version": version,
});

import { existsSync } from "node:fs";
import path from "node:path";
import type { Cluster, ClusterOptions } from "./ports";

/** The Kubernetes cluster, where this build of the drill cloud has one. */
export function openCluster(options: ClusterOptions): Cluster | undefined {
  const module = path.join(__dirname, "kubernetes", "index.ts");
  if (!existsSync(module)) return undefined;
  const { createCluster } = require(module) as { createCluster: (options: ClusterOptions) => Cluster };
  return createCluster(options);
}

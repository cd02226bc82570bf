import { readFileSync } from "node:fs";
import os from "node:os";
import { ask } from "../frame/http";
import type { Check } from "../frame/result";

const MEBIBYTE = 1024 ** 2;
/** Free memory of the node below which a Job may be ended half way. */
const LEAST_MEMORY = 128 * MEBIBYTE;
const OLDEST_KERNEL = [4, 18];
const OLDEST_KUBERNETES = [1, 27];

/** The node this Job runs on, and the cluster it belongs to (M2.3). */
export async function checkNode(variables: NodeJS.ProcessEnv = process.env): Promise<Check[]> {
  const kernel = os.release();
  const free = availableMemory();
  return [
    {
      name: "node-system",
      holds: os.platform() !== "linux" || atLeast(kernel, OLDEST_KERNEL),
      value: `${os.type()} ${kernel}, ${os.arch()}`,
      limit: OLDEST_KERNEL.join("."),
      detail: "update the image of the cluster's nodes",
    },
    {
      name: "node-memory",
      holds: free >= LEAST_MEMORY,
      value: free,
      limit: LEAST_MEMORY,
      detail: "bytes that are available on the node; add a node, or end what is not needed",
    },
    ...(await checkCluster(variables)),
  ];
}

async function checkCluster(variables: NodeJS.ProcessEnv): Promise<Check[]> {
  const host = variables.KUBERNETES_SERVICE_HOST;
  if (host === undefined || host === "") return [];
  const address = `https://${host.includes(":") ? `[${host}]` : host}:${variables.KUBERNETES_SERVICE_PORT ?? "443"}/version`;
  const answer = await ask({ url: address, timeout: 5000 });
  const version = (answer.json as { gitVersion?: string } | undefined)?.gitVersion;
  if (version === undefined)
    return [
      {
        name: "cluster-version",
        holds: true,
        value: "unknown",
        detail: `the API server does not tell this Job its version (${answer.problem ?? `status ${answer.status}`}); the plan checks it as well`,
      },
    ];
  return [
    {
      name: "cluster-version",
      holds: atLeast(version.replace(/^v/, ""), OLDEST_KUBERNETES),
      value: version,
      limit: OLDEST_KUBERNETES.join("."),
      detail: "upgrade the cluster first",
    },
  ];
}

/** What Linux believes can be taken without swapping; `os.freemem` counts caches as used. */
function availableMemory(): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return line === undefined ? os.freemem() : Number(line) * 1024;
  } catch {
    return os.freemem();
  }
}

function atLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, wanted] of least.entries()) {
    const got = parts[index] ?? 0;
    if (got !== wanted) return got > wanted;
  }
  return true;
}

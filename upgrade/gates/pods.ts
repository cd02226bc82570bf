import type { Cluster } from "../stack/cluster";
import { type Finding, failed, passed } from "./finding";

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount?: number }[];
  };
}

interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

const VERSION = "app.kubernetes.io/version";

/** Every Deployment of the release has the replicas it asks for, ready, and none of its Pods was restarted. */
export async function judgePods(
  cluster: Cluster,
  namespace: string,
  release: string,
  restarts: number,
): Promise<Finding> {
  const selector = `labelSelector=${encodeURIComponent(`${VERSION}=${release}`)}`;
  const [deployments, pods] = await Promise.all([
    cluster.list<Deployment>(`/apis/apps/v1/namespaces/${namespace}/deployments?${selector}`),
    cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods?${selector}`),
  ]);
  const short = deployments
    .filter(({ spec, status }) => (status?.readyReplicas ?? 0) < (spec.replicas ?? 1))
    .map(
      ({ metadata, spec, status }) =>
        `${metadata.name} has ${status?.readyReplicas ?? 0} of ${spec.replicas ?? 1} Pods ready`,
    );
  const restarted = pods.flatMap(({ metadata, status }) => {
    const count = (status?.containerStatuses ?? []).reduce((sum, one) => sum + (one.restartCount ?? 0), 0);
    // A Job's Pod that ended is no Pod of the release in service.
    return count > restarts && status?.phase !== "Succeeded"
      ? [`${metadata.name} was restarted ${count} times`]
      : [];
  });
  if (deployments.length === 0)
    return failed("pods", `there is no Deployment of ${release}.`, "turn the dial to staged first.");
  const problems = [...short, ...restarted];
  return problems.length === 0
    ? passed("pods", `${deployments.length} Deployments of ${release} have all their Pods ready.`)
    : failed(
        "pods",
        `${problems.join("; ")}.`,
        `kubectl -n ${namespace} describe pod, and its logs; raise gates.restarts only when the cause is known.`,
      );
}

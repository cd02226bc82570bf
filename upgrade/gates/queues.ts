import type { Cluster } from "../stack/cluster";
import { type Finding, failed, passed, unknown } from "./finding";

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[];
  };
  readonly status?: { readonly phase?: string };
}

const ROLE = "order-upgrade.dev/role";
const VERSION = "app.kubernetes.io/version";

/** One sample of the Prometheus text format. */
interface Metric {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The workers of the release get their queues empty: none of their items fails for good, and stock is as fresh as promised.
 * Read from the workers' own metrics (docs/contracts.md §8) through the API server's proxy, as the port of a worker is not
 * open to anybody else.
 */
export async function judgeQueues(
  cluster: Cluster,
  namespace: string,
  release: string,
  metricsPath: string,
  limits: { readonly stockLag: number },
  now: Date,
): Promise<Finding> {
  const selector = encodeURIComponent(`${VERSION}=${release},${ROLE}=worker`);
  const pods = await cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
  const running = pods.filter(({ status }) => status?.phase === "Running");
  if (running.length === 0)
    return unknown("queues", `no worker of ${release} runs.`, "turn the dial to live; see kubectl get pods.");
  const metrics = (
    await Promise.all(
      running.map(async ({ metadata, spec }) => {
        const port = spec.containers[0]?.ports?.[0]?.containerPort;
        return port === undefined
          ? []
          : readMetrics(
              await cluster.get(
                `/api/v1/namespaces/${namespace}/pods/${metadata.name}:${port}/proxy${metricsPath}`,
              ),
            );
      }),
    )
  ).flat();
  const problems = problemsOf(metrics, limits, now);
  const items = metrics.filter(({ name }) => name.endsWith("_worker_items_total"));
  const total = items.reduce((sum, { value }) => sum + value, 0);
  return problems.length > 0
    ? failed(
        "queues",
        `${problems.join("; ")}.`,
        "read the workers' logs; go back with order-upgrade rollback.",
      )
    : passed("queues", `${running.length} workers of ${release}, ${total} items, none failed.`);
}

function problemsOf(
  metrics: readonly Metric[],
  { stockLag }: { readonly stockLag: number },
  now: Date,
): string[] {
  const failures = metrics
    .filter(
      ({ name, labels, value }) =>
        name.endsWith("_worker_items_total") && labels.outcome === "failed" && value > 0,
    )
    .map(({ labels, value }) => `${value} items of ${labels.task ?? "a worker"} failed`);
  const updates = metrics.filter(
    ({ name, value }) => name.endsWith("_stock_updated_timestamp_seconds") && value > 0,
  );
  const lag =
    updates.length === 0 ? 0 : now.getTime() / 1000 - Math.max(...updates.map(({ value }) => value));
  return [
    ...failures,
    ...(lag > stockLag
      ? [`stock was last brought up to date ${Math.round(lag)} s ago, at most ${stockLag} s are allowed`]
      : []),
  ];
}

/** Reads the Prometheus text format, version 0.0.4; comments and histograms' buckets are passed over. */
export function readMetrics(text: string): Metric[] {
  return text.split("\n").flatMap((line): Metric[] => {
    const [, name, labels = "", value] = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line) ?? [];
    if (name === undefined || name.endsWith("_bucket")) return [];
    const pairs = [...labels.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = "", text = ""]) => [key, text],
    );
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

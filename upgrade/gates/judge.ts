import path from "node:path";
import type { Parameters } from "../../infra/parameters";
import { seconds } from "../../infra/units";
import { readDocuments, type StoredDocument } from "../evidence/bucket";
import { Cluster } from "../stack/cluster";
import type { Project } from "../stack/project";
import { judgeAlarms, judgeCustomer, readAlarms } from "./alarms";
import { judgeComparison } from "./comparison";
import { type Finding, type Layer, unknown, type Verdict, verdictOf } from "./finding";
import { judgePods } from "./pods";
import { judgeQueues } from "./queues";
import { type ReleaseSamples, type Samples, sample } from "./sampling";
import { judgeErrors, judgeLatency } from "./traffic";

/** What is judged: a stack at the release that customers are moving to. */
export interface Subject {
  readonly project: Project;
  readonly region: string;
  readonly parameters: Parameters;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly current: string;
  readonly next: string;
  /** Path of the modules' metrics. */
  readonly metricsPath: string;
}

/** What the release in use answered while customers were still on it; kept for when nobody is any more. */
export interface Memory {
  control?: ReleaseSamples;
}

/** Reads every layer the stack names, all at once, and makes one verdict of them. What cannot be read is no pass. */
export async function judgeLayers(
  subject: Subject,
  memory: Memory,
  layers?: readonly Layer[],
): Promise<Verdict> {
  const wanted = layers ?? subject.parameters.gates.layers;
  const needs = (...names: Layer[]): boolean => names.some((name) => wanted.includes(name));
  const readings: Promise<Finding[]>[] = [];
  const read = (names: readonly Layer[], wayOut: string, reading: () => Promise<Finding[]>): void => {
    const asked = names.filter((name) => wanted.includes(name));
    if (asked.length === 0) return;
    readings.push(
      reading()
        .then((findings) => findings.filter(({ layer }) => asked.includes(layer)))
        .catch((problem: Error) => asked.map((layer) => unknown(layer, problem.message, wayOut))),
    );
  };
  read(["alarms", "customer"], "log in to the account, then run again.", async () => {
    const alarms = await readAlarms(subject.region, `orders-${subject.project.stack}`);
    return [judgeAlarms(alarms), judgeCustomer(alarms)];
  });
  if (needs("pods", "queues"))
    read(["pods", "queues"], "order-upgrade doctor says what the cluster needs.", () =>
      judgeCluster(subject),
    );
  if (needs("comparison", "errors", "latency"))
    read(["comparison", "errors", "latency"], "order-upgrade doctor says what is out of reach.", () =>
      judgeEvidenceAndTraffic(subject, memory, needs("errors", "latency")),
    );
  const findings = (await Promise.all(readings)).flat();
  return verdictOf(
    [...findings].sort((a, b) => wanted.indexOf(a.layer) - wanted.indexOf(b.layer)),
    new Date(),
  );
}

async function judgeCluster(subject: Subject): Promise<Finding[]> {
  const { parameters, next, metricsPath } = subject;
  const { namespace } = parameters.cluster;
  const cluster = await Cluster.open();
  const workers = parameters.gates.layers.includes("queues")
    ? [
        judgeQueues(
          cluster,
          namespace,
          next,
          metricsPath,
          { stockLag: seconds(parameters.monitoring.stockLag) },
          new Date(),
        ),
      ]
    : [];
  return Promise.all([judgePods(cluster, namespace, next, parameters.gates.restarts), ...workers]);
}

async function judgeEvidenceAndTraffic(
  subject: Subject,
  memory: Memory,
  traffic: boolean,
): Promise<Finding[]> {
  const { project, region, outputs, parameters, current, next } = subject;
  const { bucket } = (outputs.evidence ?? {}) as { bucket?: string };
  if (bucket === undefined) throw new Error("the stack names no evidence bucket; nothing was deployed yet.");
  const documents = await readDocuments({ bucket, region }, `${project.stack}/${next}/`);
  const comparison = judgeComparison(documents, next, parameters, new Date());
  if (!traffic) return [comparison];
  const baseline = baselineOf(documents);
  const weights = (outputs.weights ?? {}) as Readonly<Record<string, number>>;
  const serving = [current, next].filter((release) => (weights[release] ?? 0) > 0);
  const measure = (): Promise<Samples> =>
    sample({
      address: publicAddress(parameters),
      paths: baseline.paths,
      wanted: parameters.gates.requests,
      releases: serving,
    });
  const latencyOf = (samples: Samples): Finding =>
    judgeLatency(samples, controlOf(samples), next, parameters);
  // Measured here and now is best; else what was measured here before; else what the Job `baseline` measured.
  const controlOf = (samples: Samples): ReleaseSamples => {
    const own = samples[current];
    if (own !== undefined && own.total >= parameters.gates.requests) memory.control = own;
    return memory.control ?? baseline.control;
  };
  const samples = await measure();
  const latency = latencyOf(samples);
  return [
    comparison,
    judgeErrors(samples, controlOf(samples), next, parameters),
    // A passing disturbance of the place that measures is not the release's fault: what is slow is slow twice.
    latency.verdict === "failed" ? latencyOf(await measure()) : latency,
  ];
}

export const publicAddress = ({ edge }: Parameters): string =>
  (edge.publicUrl ?? `https://${edge.host}`).replace(/\/$/, "");

/** Paths and samples of the newest document of `baseline`. */
export function baselineOf(documents: readonly StoredDocument[]): {
  readonly paths: readonly string[];
  readonly control: ReleaseSamples;
} {
  const newest = documents
    .filter(({ key }) => path.posix.basename(key) === "baseline.json")
    .sort((a, b) => b.storedAt.getTime() - a.storedAt.getTime())[0];
  if (newest === undefined)
    throw new Error("there is no evidence of baseline; turn the dial to prepared first.");
  const { figures } = JSON.parse(newest.body) as {
    figures: { responseTimes?: Record<string, { path: string; failed: number; samples: number[] }> };
  };
  const measured = Object.values(figures.responseTimes ?? {});
  const answered = measured.reduce((sum, { samples }) => sum + samples.length, 0);
  const failed = measured.reduce((sum, one) => sum + one.failed, 0);
  return {
    paths: measured.map((one) => one.path),
    control: {
      times: Object.fromEntries(measured.map((one) => [one.path, one.samples])),
      total: answered + failed,
      failed,
      problem: undefined,
    },
  };
}

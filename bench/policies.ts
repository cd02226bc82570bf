import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import pb from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { atMost, type Budget } from "./contract/budget";

/** Seconds; `processor` is what both packs took of the cores together. */
interface Sample {
  load: number;
  evaluate: number;
  processor: number;
}

const ROOT = path.join(__dirname, "..");
const PACKS = ["security", "upgrade"];
const RESOURCES = 200;
/** Seconds in which both packs load and judge that many resources, on two cores. */
const LIMIT = 1.5;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? "3");

/** What the offline engine loads into each pack before the SDK; the CLI starts them without. */
const PRELOADED = ["optimise-late.cjs", "code-cache.cjs", "lazy-modules.cjs"].flatMap((file) => [
  "--require",
  path.join(ROOT, "start", file),
]);

/** How long both packs take to load and to judge 200 resources and their stack, through the engine's protocol. */
export async function run(
  _options: object,
): Promise<{ budgets: Budget[]; figures: Record<string, unknown> }> {
  // Not measured: the first start keeps what the next ones find compiled.
  await once(PRELOADED);
  const samples: Sample[] = [];
  const bare: Sample[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, list, preloaded] of [
      ["offline engine", samples, PRELOADED],
      ["as the CLI starts them", bare, []],
    ] as const) {
      const sample = await once(preloaded);
      list.push(sample);
      console.log(
        `policies, round ${round + 1}, ${way}: loaded in ${sample.load.toFixed(2)} s, judged in ${sample.evaluate.toFixed(2)} s, ${sample.processor.toFixed(2)} s of processor time`,
      );
    }
  }
  const total = median(samples.map(({ load, evaluate }) => load + evaluate));
  return {
    budgets: [atMost(`both packs load and judge ${RESOURCES} resources`, total, LIMIT, "s")],
    figures: {
      resources: RESOURCES,
      load: median(samples.map(({ load }) => load)),
      evaluate: median(samples.map(({ evaluate }) => evaluate)),
      processor: median(samples.map(({ processor }) => processor)),
      startedByCli: median(bare.map(({ load, evaluate }) => load + evaluate)),
      rounds: samples,
    },
  };
}

/** As an engine does it: packs side by side, each resource to each pack, then the stack. */
async function once(preloaded: readonly string[]): Promise<Sample> {
  const began = performance.now();
  const packs = await Promise.all(PACKS.map((pack) => start(pack, preloaded)));
  try {
    await Promise.all(packs.map(({ client }) => call((done) => client.getAnalyzerInfo(new Empty(), done))));
    const loaded = performance.now();
    const resources = Array.from({ length: RESOURCES }, (_, index) => resourceAt(index));
    await Promise.all(
      packs.map(async ({ client }) => {
        for (const resource of resources) {
          const request = fill(new pb.AnalyzeRequest(), resource);
          await call((done) => client.analyze(request, done));
        }
        const stack = new pb.AnalyzeStackRequest();
        stack.setResourcesList(resources.map((resource) => fill(new pb.AnalyzerResource(), resource)));
        await call((done) => client.analyzeStack(stack, done));
      }),
    );
    return {
      load: (loaded - began) / 1000,
      evaluate: (performance.now() - loaded) / 1000,
      processor: packs.reduce((sum, { child }) => sum + processorSeconds(child.pid ?? 0), 0),
    };
  } finally {
    for (const { client, child } of packs) {
      client.close();
      child.kill("SIGKILL");
    }
  }
}

/** What a process has taken of the cores; 0 where the system does not say. */
function processorSeconds(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  // Name in brackets may hold spaces; user and system time are the 12th and 13th field after it, in hundredths.
  const fields = readFileSync(file, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function start(
  pack: string,
  preloaded: readonly string[],
): Promise<{ child: ChildProcess; client: AnalyzerClient }> {
  const directory = path.join(ROOT, "policies", pack);
  const runner = createRequire(path.join(directory, "index.js")).resolve(
    "@pulumi/pulumi/cmd/run-policy-pack/index.js",
  );
  const child = spawn(process.execPath, [...preloaded, runner, "127.0.0.1:1", directory], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PULUMI_NODEJS_PROJECT: "order-upgrade", PULUMI_NODEJS_STACK: "production" },
  });
  const port = await new Promise<string>((found, fail) => {
    let heard = "";
    child.stdout.on("data", (chunk: Buffer) => {
      heard += String(chunk);
      const first = /^(\d+)\r?\n/.exec(heard)?.[1];
      if (first !== undefined) found(first);
    });
    child.once("close", (code) => fail(new Error(`the pack ${pack} ended with ${code}`)));
  });
  return { child, client: new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure()) };
}

interface Resource {
  type: string;
  name: string;
  properties: Record<string, string | object>;
}

/** A mix as a stack has it: every fifth a Deployment, the rest small. */
function resourceAt(index: number): Resource {
  const name = `resource-${index}`;
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/version": "3.2.0" };
  const metadata = { name, namespace: "orders", labels };
  if (index % 5 === 0) {
    const containers = [{ name, image: `registry.example/shop@sha256:${"a".repeat(64)}`, env: [] }];
    const spec = { replicas: 2, template: { metadata: { labels }, spec: { containers, volumes: [] } } };
    return { type: "kubernetes:apps/v1:Deployment", name, properties: { metadata, spec } };
  }
  const types = [
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "aws:iam/role:Role",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
  ];
  return { type: types[index % types.length] as string, name, properties: { metadata, spec: {} } };
}

function fill<T extends pb.AnalyzeRequest | pb.AnalyzerResource>(message: T, resource: Resource): T {
  message.setType(resource.type);
  message.setName(resource.name);
  message.setUrn(`urn:pulumi:production::order-upgrade::${resource.type}::${resource.name}`);
  message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(resource.properties))));
  const options = new pb.AnalyzerResourceOptions();
  options.setCustomtimeouts(new pb.AnalyzerResourceOptions.CustomTimeouts());
  message.setOptions(options);
  return message;
}

const call = <T>(ask: (done: (problem: Error | null, answer: T) => void) => void): Promise<T> =>
  new Promise((done, fail) => ask((problem, answer) => (problem === null ? done(answer) : fail(problem))));

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

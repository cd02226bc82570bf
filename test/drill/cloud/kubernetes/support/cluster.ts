import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { openRegistry } from "../../../../../drill/cloud/images/registry";
import { createCluster } from "../../../../../drill/cloud/kubernetes";
import { openStore } from "../../../../../drill/cloud/persistence/store";
import { openVault } from "../../../../../drill/cloud/persistence/vault";
import type { Cluster, Target } from "../../../../../drill/cloud/ports";
import type { CheckRequest, Provider } from "../../../../../drill/cloud/provider/provider";
import type { Values } from "../../../../../drill/cloud/provider/values";

/** A server that says who it is, and ends in order when asked to. */
export const SERVER_PROGRAM = `
const http = require("node:http");
let ready = true;
const server = http.createServer((request, response) => {
  if (request.url === "/ready") return response.writeHead(ready ? 200 : 503).end();
  if (request.url === "/environment") return response.end(JSON.stringify(process.env));
  if (request.url === "/file") return response.end(require("node:fs").readFileSync(process.env.FILE));
  setTimeout(() => response.end(process.env.RELEASE + " " + process.env.HOSTNAME), 5);
});
server.listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => { ready = false; server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;

/** A job that prints its arguments and ends as they say. */
export const JOB_PROGRAM = `
const [step, code = "0", wait = "0"] = process.argv.slice(2);
console.log(JSON.stringify({ step, message: "started" }));
setTimeout(() => { console.log("leaving with " + code); process.exit(Number(code)); }, Number(wait));
`;

export interface TestCluster {
  cluster: Cluster;
  readonly provider: Provider;
  readonly targets: Map<string, readonly Target[]>;
  /** Publishes a program and answers the reference of its image. */
  publish(repository: string, program: string): string;
  readonly images: string;
  /** Ends the cluster and starts it again on what it had kept. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function testCluster(replicaCap?: number): Promise<TestCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cluster-"));
  const images = path.join(folder, "images");
  const targets = new Map<string, readonly Target[]>();
  const open = async (): Promise<Cluster> => {
    const cluster = createCluster({
      persistence: openStore(path.join(folder, "state"), openVault(folder)),
      registry: openRegistry(images),
      edge: {
        setTargets: (arn, owner, list) => void targets.set(`${arn} ${owner}`, list),
        health: () => new Map(),
        resolve: (text) => text.replace("http://edge.example.com", "http://127.0.0.1:1"),
      },
      platformEnvironment: () => ({ AWS_REGION: "eu-central-1" }),
      replicaCap,
      log: () => undefined,
    });
    await cluster.restore();
    return cluster;
  };
  const test: TestCluster = {
    cluster: await open(),
    get provider() {
      return test.cluster.provider;
    },
    targets,
    images,
    publish(repository, program) {
      const digest = createHash("sha256").update(program).digest("hex");
      mkdirSync(path.join(images, repository), { recursive: true });
      writeFileSync(path.join(images, repository, `${digest}.cjs`), program);
      return `${repository}@sha256:${digest}`;
    },
    async restart() {
      targets.clear();
      await test.cluster.stop();
      test.cluster = await open();
    },
    async stop() {
      await test.cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return test;
}

export function call(type: string, name: string) {
  return {
    urn: `urn:pulumi:test::shop::${type}::${name}`,
    type,
    name,
    configuration: {} as Values,
    signal: new AbortController().signal,
  };
}

export function tokenOf(inputs: Values): string {
  const version = String(inputs.apiVersion);
  return `kubernetes:${version.includes("/") ? version : `core/${version}`}:${String(inputs.kind)}`;
}

/** check and create, as the engine does for a new resource. */
export async function create(provider: Provider, name: string, inputs: Values, timeout = 30) {
  const about = call(tokenOf(inputs), name);
  const request: CheckRequest = { ...about, inputs, oldInputs: undefined, randomSeed: Buffer.from("seed") };
  const checked = await provider.check(request);
  if (checked.failures !== undefined && checked.failures.length > 0)
    throw new Error(JSON.stringify(checked.failures));
  const answer = await provider.create({ ...about, inputs: checked.inputs, preview: false, timeout });
  return { ...answer, inputs: checked.inputs };
}

export async function update(
  provider: Provider,
  made: { id: string; inputs: Values; outputs: Values },
  inputs: Values,
  timeout = 30,
) {
  const about = call(tokenOf(inputs), String(made.id));
  const checked = await provider.check({
    ...about,
    inputs,
    oldInputs: made.inputs,
    randomSeed: Buffer.from("seed"),
  });
  const outputs = await provider.update({
    ...about,
    id: made.id,
    oldInputs: made.inputs,
    oldOutputs: made.outputs,
    inputs: checked.inputs,
    preview: false,
    timeout,
    ignoreChanges: [],
  });
  return { id: made.id, inputs: checked.inputs, outputs };
}

/** Resolves when the check holds; fails with its last answer when it does not within 20 s. */
export async function eventually<T>(check: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const until = Date.now() + 20_000;
  for (;;) {
    const value = await check();
    if (holds(value)) return value;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { regionOf } from "../flow/gate";
import { Console } from "../output/console";
import { writeDocument } from "../output/document";
import { Refusal } from "../refusal";
import { s3Client } from "../stack/aws";
import { Cluster } from "../stack/cluster";
import { chooseEngine, type Engine } from "../stack/engine";
import { StackOperations } from "../stack/operations";
import { readParameters } from "../stack/parameters";
import { openProject, type Project } from "../stack/project";
import { manifestsOf } from "../stack/releases";
import type { CommonOptions } from "./context";

/** One thing an upgrade needs. */
export interface Finding {
  readonly name: string;
  readonly holds: boolean;
  readonly detail: string;
  /** What to do; empty when it holds. */
  readonly wayOut: string;
}

/** `doctor`: everything an upgrade needs, looked at before anything is changed. Names all that is missing at once. */
export async function doctor(options: CommonOptions): Promise<number> {
  const project = openProject(options.directory, options.stack, options.configFile);
  const console = new Console();
  const findings: Finding[] = [];
  const look = async (name: string, wayOut: string, check: () => Promise<string> | string): Promise<void> => {
    let finding: Finding;
    try {
      finding = { name, holds: true, detail: await check(), wayOut: "" };
    } catch (problem) {
      finding = { name, holds: false, detail: (problem as Error).message, wayOut };
    }
    findings.push(finding);
    console.line(
      `  ${finding.holds ? "✓" : "✗"} ${name.padEnd(12)} ${finding.detail.replaceAll("\n", "\n    ")}${finding.wayOut === "" ? "" : `\n    Way out: ${finding.wayOut}`}`,
    );
  };
  await look("node", "install Node 20 or newer.", () => nodeVersion(process.versions.node));
  await look("parameters", "correct what is named in the stack file.", () => {
    const parameters = readParameters(project);
    return `${project.configFile}: ${parameters.environment}, phase ${parameters.phase}`;
  });
  await look(
    "releases",
    "put the folder of the release under releases/, with its manifest and signature.",
    () => Object.keys(manifestsOf(project, readParameters(project))).join(", "),
  );
  let engine: Engine | undefined;
  await look("engine", "install the Pulumi CLI, or rehearse with --engine offline.", async () => {
    engine = await chooseEngine(options.engine, options.directory);
    return `${engine.kind === "offline" ? "offline engine" : "Pulumi CLI"} ${engine.version}`;
  });
  let bucket: string | undefined;
  if (engine !== undefined) {
    const found = engine;
    await look("backend", "pulumi login; see docs/production.md, State and secrets.", async () => {
      const operations = await StackOperations.find(project, found);
      await operations?.checkPassphrase();
      const outputs = (await operations?.outputs()) ?? {};
      bucket = (outputs.evidence as { bucket?: string } | undefined)?.bucket;
      return outputs.phase === undefined
        ? "answers; nothing is deployed yet"
        : `answers; deployed: ${outputs.phase}`;
    });
  }
  await look("credentials", "log in: aws sso login, or set AWS_PROFILE.", () =>
    credentials(regionOf(project)),
  );
  if (bucket !== undefined) {
    const name = bucket;
    await look("evidence", "log in to the account that holds the bucket.", () =>
      reachBucket(name, regionOf(project)),
    );
  }
  await look("cluster", "aws eks update-kubeconfig --name CLUSTER, and an access entry that may read.", () =>
    reachCluster(project),
  );
  if (!bringsOwnProviders())
    await look("aws", "install the AWS CLI, version 2.", () => versionOf("aws", ["--version"]));
  const missing = findings.filter(({ holds }) => !holds);
  console.line(
    missing.length === 0 ? "\nNothing is missing." : `\n${missing.length} of ${findings.length} do not hold.`,
  );
  writeDocument(options.json, {
    version: 1,
    command: "doctor",
    stack: project.stack,
    verdict: missing.length === 0 ? "passed" : "failed",
    findings,
  });
  return missing.length === 0 ? 0 : 1;
}

function nodeVersion(version: string): string {
  if (Number(version.split(".")[0]) < 20) throw new Refusal(`Node ${version} is too old.`);
  return version;
}

async function credentials(region: string): Promise<string> {
  const client = s3Client(region);
  try {
    const { accessKeyId, expiration } = await client.config.credentials();
    if (expiration !== undefined && expiration.getTime() - Date.now() < 3_600_000)
      throw new Error(`they end at ${expiration.toISOString()}, sooner than an hour from now.`);
    return `${accessKeyId.slice(0, 4)}…, region ${region}`;
  } finally {
    client.destroy();
  }
}

async function reachBucket(bucket: string, region: string): Promise<string> {
  const { ListObjectsV2Command } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
  const client = s3Client(region);
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
    return `s3://${bucket} can be read`;
  } finally {
    client.destroy();
  }
}

async function reachCluster(project: Project): Promise<string> {
  const cluster = await Cluster.open();
  const { gitVersion } = JSON.parse(await cluster.get("/version")) as { gitVersion?: string };
  const { namespace, name } = readParameters(project).cluster;
  return `${cluster.server} ${gitVersion ?? ""}; the stack names ${name}, namespace ${namespace}`;
}

/** The Kubernetes provider logs in to EKS through the AWS CLI; a provider that is attached by hand does as it likes. */
const bringsOwnProviders = (): boolean => /\bkubernetes:/.test(process.env.PULUMI_DEBUG_PROVIDERS ?? "");

async function versionOf(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args]);
  return stdout.trim().split("\n")[0] ?? "";
}

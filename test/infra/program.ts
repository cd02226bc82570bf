import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";
import { vi } from "vitest";
import { parse } from "yaml";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

export const ROOT = path.resolve(__dirname, "..", "..");

/** The configuration of a stack file, with some keys changed; groups are merged one level deep. */
export function stackConfiguration(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const file = path.join(ROOT, "stacks", `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const merged = { ...config };
  for (const [key, value] of Object.entries(changes)) {
    const full = `order-upgrade:${key}`;
    const before = merged[full];
    merged[full] =
      typeof before === "object" && typeof value === "object" && !Array.isArray(value)
        ? { ...before, ...value }
        : value;
  }
  return merged;
}

/** What a mocked evidence bucket holds: documents by key. */
export type Evidence = Readonly<Record<string, object>>;

/** Runs the program against a monitor that answers at once, and returns what it registered and its outputs. */
export async function runProgram(
  stack: string,
  configuration: Readonly<Record<string, unknown>>,
  evidence: Evidence = {},
): Promise<{ resources: Registered[]; outputs: Record<string, unknown> }> {
  // As in production: stacks nobody reads cost a third of a run.
  Error.stackTraceLimit = 0;
  const resources: Registered[] = [];
  const bucket = new Map<string, object>(Object.entries(evidence));
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(configuration).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  await pulumi.runtime.setMocks(
    {
      newResource(args: MockResourceArgs) {
        resources.push({ type: args.type, name: args.name, inputs: args.inputs });
        if (args.type === "kubernetes:batch/v1:Job") leaveEvidence(args.inputs, bucket);
        return { id: `${args.name}-id`, state: outputsOf(args) };
      },
      call: (args: MockCallArgs) => answerOf(args, bucket),
    },
    "order-upgrade",
    stack,
    false,
  );
  vi.resetModules();
  let outputs: Record<string, unknown> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = await import("../../infra/index.js");
    return outputs;
  });
  await settled();
  Error.stackTraceLimit = 10;
  return { resources, outputs };
}

/** What AWS and Kubernetes would add to the inputs. */
function outputsOf({ type, name, inputs }: MockResourceArgs): Record<string, unknown> {
  const arn = `arn:aws:mock:eu-central-1:111122223333:${name}`;
  switch (type) {
    case "aws:rds/instance:Instance":
      return { ...inputs, arn, address: `${inputs.identifier}.db.example`, port: 5432 };
    case "aws:lb/loadBalancer:LoadBalancer":
      return { ...inputs, arn, dnsName: `${inputs.name}.elb.example` };
    case "random:index/randomPassword:RandomPassword":
      return { ...inputs, result: `password-of-${name}` };
    default:
      return type.startsWith("aws:") ? { arn, ...inputs } : inputs;
  }
}

function answerOf(
  { token, inputs }: MockCallArgs,
  bucket: ReadonlyMap<string, object>,
): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: "111122223333", arn: "arn:aws:sts::111122223333:assumed-role/operator/alice" };
    case "aws:eks/getCluster:getCluster":
      return { ...inputs, endpoint: "https://cluster.example", certificateAuthorities: [{ data: "Y2E=" }] };
    case "aws:s3/getObjects:getObjects":
      return { ...inputs, keys: [...bucket.keys()].filter((key) => key.startsWith(inputs.prefix)) };
    case "aws:s3/getObject:getObject": {
      const document = bucket.get(inputs.key);
      if (document === undefined) throw new Error(`no such key: ${inputs.key}`);
      return { ...inputs, body: JSON.stringify(document) };
    }
    default:
      throw new Error(`the test has no answer to ${token}`);
  }
}

/** A Job that ran leaves a passed document, as the real ones do. */
function leaveEvidence(inputs: MockResourceArgs["inputs"], bucket: Map<string, object>): void {
  const environment = inputs.spec.template.spec.containers[0].env as { name: string; value?: string }[];
  const value = (name: string): string => environment.find((one) => one.name === name)?.value ?? "";
  const step = inputs.spec.template.spec.containers[0].args[0] as string;
  const key = `${value("EVIDENCE_PREFIX")}/${step}.json`;
  bucket.set(key, document(step, value("RELEASE"), Number(value("ATTEMPT"))));
}

/** A passed evidence document; `changes` makes it another. */
export function document(step: string, release: string, attempt: number, changes: object = {}): object {
  const now = new Date().toISOString();
  return {
    version: 1,
    step,
    stack: "test",
    release,
    attempt,
    verdict: "passed",
    startedAt: now,
    finishedAt: now,
    summary: "",
    checks: [],
    figures: {},
    inputs: {},
    previous: null,
    ...changes,
  };
}

/** Registrations go on after the program's last line; this waits for all of them. */
async function settled(): Promise<void> {
  const { waitForRPCs } = (await import("@pulumi/pulumi/runtime/settings.js")) as unknown as {
    waitForRPCs: (disconnect: boolean) => Promise<void>;
  };
  await waitForRPCs(false);
}

/** The production stack asks for a ticket and an approver before its dial is turned. */
const APPROVED = { ticket: "CHG-1", approver: "release-board@shop.example" };

const PROVED = ["precheck", "backup", "restore-check", "baseline", "migrate", "verify", "switched"];

/** Runs the program of a stack in a position of the dial, with the proofs that lead there. */
export async function runAt(
  stack: string,
  phase: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<{ resources: Registered[]; outputs: Record<string, unknown> }> {
  const evidence = Object.fromEntries(
    PROVED.map((step) => [`${stack}/4.0.0/1/${step}.json`, document(step, "4.0.0", 1)]),
  );
  return runProgram(
    stack,
    stackConfiguration(stack, {
      phase,
      change: APPROVED,
      confirm: ["complete 4.0.0"],
      release: phase === "steady" ? { current: "3.2.0" } : { current: "3.2.0", next: "4.0.0" },
      ...changes,
    }),
    evidence,
  );
}

import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import pb from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnNode } from "../../drill/process/leash";
import type { Rule } from "../../policies/frame/rule";
import { securityRules } from "../../policies/security/rules";
import { upgradeRules } from "../../policies/upgrade/rules";
import { type FakeResource, judge, UNKNOWN } from "./harness";
import { deployment, job, upgrade } from "./upgrade/fixtures";

const ROOT = path.join(__dirname, "..", "..");
const RUNNER = createRequire(__filename).resolve("@pulumi/pulumi/cmd/run-policy-pack/index.js");

/** Good and bad resources, known and unknown values, rules about one resource and about relations. */
const STACK: readonly FakeResource[] = [
  upgrade("migrated", { proofs: UNKNOWN, operator: "bob" }),
  deployment("orders", "3.2.0", "service", 1),
  job("migrate"),
  {
    type: "aws:rds/instance:Instance",
    name: "database",
    props: {
      applyImmediately: true,
      deletionProtection: UNKNOWN,
      backupRetentionPeriod: 1,
      password: "canary",
    },
    opts: { protect: false },
  },
];

class Pack {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  static async start(name: string): Promise<Pack> {
    const directory = path.join(ROOT, "policies", name);
    const child = spawnNode(RUNNER, ["127.0.0.1:1", directory], {
      cwd: directory,
      env: {
        ...process.env,
        PULUMI_NODEJS_PROJECT: "order-upgrade",
        PULUMI_NODEJS_STACK: "production",
        PULUMI_NODEJS_DRY_RUN: "true",
      },
    });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const port = await new Promise<string>((found, fail) => {
      let heard = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        heard += chunk.toString();
        const first = /^(\d+)\r?\n/.exec(heard)?.[1];
        if (first !== undefined) found(first);
      });
      child.once("close", (code) => fail(new Error(`the pack ended with ${code}: ${said}`)));
    });
    return new Pack(child, new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure()));
  }

  async judge(resources: readonly FakeResource[]): Promise<string[]> {
    const found: string[] = [];
    for (const resource of resources) {
      const request = new pb.AnalyzeRequest();
      fill(request, resource);
      found.push(...(await this.ask((done) => this.client.analyze(request, done))));
    }
    const stack = new pb.AnalyzeStackRequest();
    stack.setResourcesList(resources.map((resource) => fill(new pb.AnalyzerResource(), resource)));
    found.push(...(await this.ask((done) => this.client.analyzeStack(stack, done))));
    return found.sort();
  }

  private ask(
    call: (done: (problem: Error | null, answer: pb.AnalyzeResponse) => void) => void,
  ): Promise<string[]> {
    return new Promise((done, fail) =>
      call((problem, answer) => {
        if (problem !== null) fail(problem);
        else done(answer.getDiagnosticsList().map((one) => outcome(one.getPolicyname(), one.getMessage())));
      }),
    );
  }

  stop(): void {
    this.client.close();
    this.child.kill("SIGKILL");
  }
}

function fill<T extends pb.AnalyzeRequest | pb.AnalyzerResource>(message: T, resource: FakeResource): T {
  const name = resource.name ?? "subject";
  message.setType(resource.type);
  message.setName(name);
  message.setUrn(`urn:pulumi:production::order-upgrade::${resource.type}::${name}`);
  message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(resource.props ?? {}))));
  const options = new pb.AnalyzerResourceOptions();
  options.setProtect(resource.opts?.protect ?? false);
  options.setCustomtimeouts(new pb.AnalyzerResourceOptions.CustomTimeouts());
  message.setOptions(options);
  return message;
}

/** The first line of a description repeats the rule's sentence; what counts is the rule and what it said. */
const outcome = (rule: string, message: string): string => {
  const undecided = /string value at (\S+) can't be known/.exec(message)?.[1];
  return undecided === undefined
    ? `${rule}: ${message.trim().split("\n").slice(1).join("\n")}`
    : `${rule}: unknown ${undecided}`;
};

const inProcess = (rules: readonly Rule[]): string[] =>
  rules
    .flatMap((rule) => {
      const { violations, undecided } = judge(rule, STACK);
      return [
        ...violations.map((text) => `${rule.name}: ${text}`),
        ...undecided.map((text) => `${rule.name}: unknown ${/value at (\S+) can't/.exec(text)?.[1]}`),
      ];
    })
    .sort();

describe.each([
  ["security", securityRules],
  ["upgrade", upgradeRules],
] as const)("the %s pack through the engine's protocol", (name, rules) => {
  let pack: Pack;
  beforeAll(async () => {
    pack = await Pack.start(name);
  }, 60_000);
  afterAll(() => pack?.stop());

  it("says what the in-process harness says, and no secret", async () => {
    const said = await pack.judge(STACK);
    expect(said).toEqual(inProcess(rules));
    expect(said.length).toBeGreaterThan(5);
    expect(said.join("\n")).not.toContain("canary");
  });
});

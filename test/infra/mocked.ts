import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { type MockCallArgs, MockMonitor, type MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { parse } from "yaml";
import { parseParameters } from "../../infra/parameters";
import { digestOfValue, provedParameters, writeInputs } from "../../infra/plan/promotion";
import { loadRelease } from "../../releases/load";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly options: Options;
}

/** What a registration says beside the inputs; other resources are named as `type name`. */
export interface Options {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
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

export interface Run {
  readonly resources: Registered[];
  readonly outputs: Record<string, unknown>;
}

/**
 * Runs the program against a monitor that answers at once, and returns what it registered and its outputs. `load` brings
 * the program in anew: what an earlier run read must not stay.
 */
export async function runMocked(
  load: () => Promise<Record<string, unknown>>,
  stack: string,
  configuration: Readonly<Record<string, unknown>>,
  evidence: Evidence = {},
): Promise<Run> {
  // As in production: stacks nobody reads cost a third of a run. The SDK reads one for each resource all the same, and
  // the test runner would look each of its frames up in a source map.
  const { prepareStackTrace, stackTraceLimit } = Error;
  Object.assign(Error, { stackTraceLimit: 0, prepareStackTrace: () => "" });
  try {
    return await runWithMocks(load, stack, configuration, evidence);
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
}

async function runWithMocks(
  load: () => Promise<Record<string, unknown>>,
  stack: string,
  configuration: Readonly<Record<string, unknown>>,
  evidence: Evidence,
): Promise<Run> {
  const bucket = new Map<string, object>(Object.entries(evidence));
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(configuration).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const monitor = new RecordingMonitor(bucket);
  // For its switches: the monitor itself is exchanged.
  await pulumi.runtime.setMocks(monitor.mocked, "order-upgrade", stack, false);
  settings().setMockOptions(monitor, "order-upgrade", stack, false);
  let outputs: Record<string, unknown> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = await load();
    return outputs;
  });
  // Registrations go on after the program's last line.
  await settings().waitForRPCs(false);
  return { resources: monitor.registered, outputs };
}

interface SdkSettings {
  setMockOptions(monitor: unknown, project: string, stack: string, preview: boolean): void;
  waitForRPCs(disconnect: boolean): Promise<void>;
}

const settings = (): SdkSettings => require("@pulumi/pulumi/runtime/settings") as SdkSettings;

/** The SDK's monitor for mocks, which also remembers options and dependencies. */
class RecordingMonitor extends MockMonitor {
  readonly registered: Registered[] = [];
  readonly mocked: {
    newResource(args: MockResourceArgs): { id: string; state: Record<string, unknown> };
    call(args: MockCallArgs): Record<string, unknown>;
  };

  constructor(bucket: Map<string, object>) {
    const mocked = {
      newResource(args: MockResourceArgs) {
        if (args.type === "kubernetes:batch/v1:Job") leaveEvidence(args.inputs, bucket);
        return { id: `${args.name}-id`, state: outputsOf(args) };
      },
      call: (args: MockCallArgs) => answerOf(args, bucket),
    };
    super(mocked);
    this.mocked = mocked;
  }

  override async registerResource(
    request: RegisterResourceRequest,
    done: (problem: unknown, answer: unknown) => void,
  ): Promise<void> {
    const inputs = pulumi.runtime.deserializeProperties(request.getObject() ?? new Struct(), true) as Record<
      string,
      unknown
    >;
    this.registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs: plain(inputs) as Record<string, unknown>,
      options: optionsOf(request),
    });
    await super.registerResource(request, done);
  }
}

/** Secrets arrive wrapped. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.runtime.isRpcSecret(value)) return plain(pulumi.runtime.unwrapRpcSecret(value));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** `type name` of a URN. */
const identity = (urn: string): string => {
  const [, , chain = "", name = ""] = urn.split("::");
  return `${chain.split("$").at(-1)} ${name}`;
};

function optionsOf(request: RegisterResourceRequest): Options {
  const dependencies: [string, readonly string[]][] = [];
  request.getPropertydependenciesMap().forEach((value, key) => {
    dependencies.push([key, value.getUrnsList().map(identity)]);
  });
  return {
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    dependencies: request.getDependenciesList().map(identity),
    propertyDependencies: Object.fromEntries(dependencies),
  };
}

/** What AWS, Kubernetes and other stacks would add to the inputs. */
export function outputsOf({
  type,
  name,
  inputs,
}: Pick<MockResourceArgs, "type" | "name" | "inputs">): Record<string, unknown> {
  const arn = `arn:aws:mock:eu-central-1:111122223333:${name}`;
  switch (type) {
    case "aws:rds/instance:Instance":
      return { ...inputs, arn, address: `${inputs.identifier}.db.example`, port: 5432 };
    case "aws:lb/loadBalancer:LoadBalancer":
      return { ...inputs, arn, dnsName: `${inputs.name}.elb.example` };
    case "pulumi:pulumi:StackReference":
      return {
        ...inputs,
        outputs: { ...PROVED_ELSEWHERE, parameters: provedThere },
        secretOutputNames: [],
      };
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

/** With which parameters the other stack proved the release: those of the position asked for last. */
let provedThere: object = {};

/** The production stack asks for a ticket, an approver and a stack that proved the release before its dial is turned. */
const APPROVED = { ticket: "CHG-1", approver: "release-board@shop.example", staging: "staging" };

const PROVED = ["precheck", "backup", "restore-check", "baseline", "migrate", "verify", "switched"];
/** How many of them are there when a phase is entered for the first time. */
const PROVED_BEFORE: Readonly<Record<string, number>> = {
  prepared: 0,
  migrated: 4,
  staged: 5,
  live: 6,
  complete: 7,
};

/** Outputs of a staging stack that went live with 4.0.0. */
const PROVED_ELSEWHERE = {
  releases: { current: "3.2.0", next: "4.0.0" },
  images: {
    "4.0.0": Object.fromEntries(
      Object.entries(loadRelease(path.join(ROOT, "releases"), "4.0.0").images).map(
        ([name, { reference }]) => [name, reference],
      ),
    ),
  },
  steps: Object.fromEntries(
    PROVED.map((step) => [
      step,
      { verdict: "passed", digest: `sha256:${step}`, finishedAt: new Date().toISOString() },
    ]),
  ),
};

/** The record that promotes it to a stack with these parameters, and what that stack would say of itself. */
function promotedTo(configuration: Record<string, unknown>): { record: object; parameters: object } {
  const groups = Object.entries(configuration)
    .filter(([key]) => key.startsWith("order-upgrade:"))
    .map(([key, value]) => [key.slice("order-upgrade:".length), value]);
  const parameters = provedParameters(parseParameters(Object.fromEntries(groups)));
  const inputs = writeInputs({
    from: APPROVED.staging,
    approver: APPROVED.approver,
    operator: "alice",
    ticket: APPROVED.ticket,
    images: digestOfValue(PROVED_ELSEWHERE.images["4.0.0"]),
    parameters: digestOfValue(parameters),
    steps: Object.fromEntries(PROVED.map((step) => [step, `sha256:${step}`])),
  });
  return { record: document("promotion", "4.0.0", 1, { inputs }), parameters };
}

/**
 * Configuration and evidence of a stack in a position of the dial, with the proofs that lead there; `first`: without those
 * that only the phase itself and later ones leave.
 */
export function positionOf(
  stack: string,
  phase: string,
  changes: Readonly<Record<string, unknown>> = {},
  first = false,
): { configuration: Record<string, unknown>; evidence: Evidence } {
  const configuration = stackConfiguration(stack, {
    phase,
    change: APPROVED,
    confirm: ["complete 4.0.0"],
    release: phase === "steady" ? { current: "3.2.0" } : { current: "3.2.0", next: "4.0.0" },
    ...changes,
  });
  const { record, parameters } = promotedTo(configuration);
  provedThere = parameters;
  return {
    configuration,
    evidence: Object.fromEntries([
      [`${stack}/4.0.0/1/promotion.json`, record],
      ...PROVED.slice(0, first ? PROVED_BEFORE[phase] : undefined).map((step) => [
        `${stack}/4.0.0/1/${step}.json`,
        document(step, "4.0.0", 1),
      ]),
    ]),
  };
}
